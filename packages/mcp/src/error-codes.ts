import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of tools that are paid for. */
export const mcpErrors = {
  TOOL_REFUSED: {
    message: 'the tool {tool} was not sold: {code}',
    action: 'Look the code up in the page of errors. Nothing is charged for this call.',
  },
  TOOL_OFFER_MISSING: {
    message: 'the tool {tool} asks for a payment, and offers none of the scheme sluice',
    action: 'Use a tool that takes it. Nothing was paid.',
  },
} as const satisfies Record<string, ErrorDefinition>

export type McpErrorCode = keyof typeof mcpErrors
