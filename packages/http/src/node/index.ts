export * from './file-bindings.ts'
export * from './listener.ts'
