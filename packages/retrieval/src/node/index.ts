export * from './car-folder.ts'
export * from './sha256.ts'
