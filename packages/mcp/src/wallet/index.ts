export type { Balance, Wallet } from './wallet.ts'
export * from './wallet-server.ts'
