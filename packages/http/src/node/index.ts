export * from './file-bindings.ts'
export * from './node-handler.ts'
