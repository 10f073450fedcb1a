export type { KeptLimits } from '../tab/payee/kept.ts'
export type { LoanAllowance } from '../tab/payee/loans.ts'
export {
  type PricePartOptions,
  type Pricing,
  type RoutePrice,
  type RouteRequest,
  type RouteRule,
  ruleMatcher,
} from '../tab/payee/route.ts'
export type { PaidCall, PaidHandler } from '../tab/seller/run-call.ts'
export * from '../tab/seller/seller.ts'
export type { SellerOptions, TabPayee } from '../tab/seller/state.ts'
export type { TakenPayment } from '../tab/seller/take-payment.ts'
export type { TabAnswerJson } from '../tab/wire/answer.ts'
export type { TabPayment } from '../tab/wire/offer.ts'
export * from './cors.ts'
export * from './discovery.ts'
export * from './sell-resources.ts'
export { streamOf } from './stream-of.ts'
