export {
  type ClientMethodOptions,
  createClientMethod,
  type PaymentSource,
  type SessionClient,
} from './client-method.ts'
export { session } from './method.ts'
export { createServerMethod } from './server-method.ts'
