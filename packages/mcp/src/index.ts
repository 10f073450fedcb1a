export {
  createPayingClient,
  type PayingClient,
  type PayingClientOptions,
  type PaymentSource,
} from './client/paying-client.ts'
export { type McpErrorCode, mcpErrors } from './error-codes.ts'
export { ToolPaymentError } from './errors.ts'
export { createToolSeller, type ToolHandler, type ToolSeller, type ToolSellerOptions } from './server/tool-seller.ts'
