export * from './crypto.ts'
export * from './keys.ts'
export * from './later-frames.ts'
