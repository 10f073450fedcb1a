export { type ClientSchemeOptions, createClientScheme, type PaymentSource } from './client/client-scheme.ts'
export { createServerScheme, type ServerScheme } from './server/server-scheme.ts'
