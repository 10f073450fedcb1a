export * from './file-bindings.ts'
export * from './file-records.ts'
export { type NodeHandlerOptions, toNodeHandler } from './node-handler.ts'
export { toNodeListener } from './node-listener.ts'
