export { createEngine } from './api/create-engine.ts'
export * from './api/engine.ts'
export * from './errors.ts'
export type * from './ports/index.ts'
