export * from './composite-fields.ts'
export * from './field.ts'
export * from './value-fields.ts'
