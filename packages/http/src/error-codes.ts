import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of paid HTTP: a stable code, what it means with its values in braces, and what to do next. */
export const httpErrors = {
  // Headers and offers
  HEADER_OVERSIZE: {
    message: 'the header {header} has {got} characters, more than {max}',
    action: 'Send a header within the limit.',
  },
  HEADER_MALFORMED: {
    message: 'the header {header} is not base64 of a JSON object',
    action: 'Encode the object as JSON, then as standard base64 with padding.',
  },
  FIELD_INVALID: {
    message: '{field} is not {expected}',
    action: 'Give the field in that form.',
  },
  OFFER_MISSING: {
    message: 'the server wants payment and makes no offer of the scheme sluice',
    action: 'Ask a provider that takes Sluice payments.',
  },
  // The client's limits
  OFFER_NETWORK: {
    message: 'the server wants payment on {offered}, and this payer pays on {own}',
    action: 'Use a payer on that network, or another provider.',
  },
  OFFER_CONTRACT: {
    message: 'the server wants payment by the contract {offered}, and this payer uses {own}',
    action: 'Use a payer with channels in that deployment, or another provider.',
  },
  OFFER_ASSET: {
    message: 'the server wants payment in {offered}, which is not among the tokens allowed',
    action: 'Allow the token, or ask another provider.',
  },
  OFFER_PRICE: {
    message: 'the server wants {amount} for every {per} bytes, above the limit of {maxAmount} for every {maxPer} bytes',
    action: 'Raise the price limit (maxPrice in a program), or ask another provider.',
  },
  OFFER_AMOUNT: {
    message: 'the server wants {amount} for the whole, above the spending limit of {max}',
    action:
      'Raise the spending limit (--max of the command, maxAmount in a program), allow a part to be fetched (--part, allowPart), or ask another provider.',
  },
  OFFER_INCONSISTENT: {
    message: 'the offer asks {amount} for {length} bytes, where its price says {expected}',
    action: 'Do not pay this provider; tell its operator.',
  },
  OFFER_CHANGED: {
    message: 'after the payment was opened the server asks for another one: {reason}',
    action: 'Nothing more is paid. Ask again, or ask another provider.',
  },
  SPENDING_LIMIT: {
    message: '{owed} is owed for the bytes taken, above the spending limit of {max}',
    action:
      'What was accepted is paid for and kept. Raise the limit to fetch all: that begins again, with a new payment.',
  },
  // What the server answers
  RESPONSE_STATUS: {
    message: 'the server answered {status}: {reason}',
    action: 'Check the address, or ask another provider.',
  },
  RESPONSE_REDIRECT: {
    message: 'the server redirects, and payment is only sent where it was asked for',
    action: 'Ask the address that it redirects to, if you trust it.',
  },
  RESPONSE_ENCODED: {
    message: 'the body comes with the content encoding {encoding}, and bytes are paid for as they are',
    action: 'Ask a provider that sends bodies unencoded.',
  },
  RESPONSE_LENGTH: {
    message: 'the body is announced with {got} bytes, and {expected} were offered',
    action: 'Do not pay this provider; ask another one.',
  },
  RESPONSE_CHANGED: {
    message: 'the resource is no longer the one that the payment began for',
    action: 'Begin again with a new payment.',
  },
  RESPONSE_RANGE: {
    message: 'the server answered the bytes {got} where those from {expected} on were asked for',
    action: 'Ask another provider.',
  },
  SERVER_UNREACHABLE: {
    message: 'no answer from {url}',
    action: 'Check the address and that the provider runs.',
  },
  PROVIDER_STALLED: {
    message: 'no byte came for {milliseconds} ms at byte {offset}',
    action: 'Resume later on the same payment, or ask another provider.',
  },
  CONNECTION_LOST: {
    message: 'the connection broke at byte {offset} and {attempts} attempts to resume failed',
    action: 'Resume later on the same payment: nothing is paid twice.',
  },
  VERIFIED_BEYOND: {
    message: '{verified} bytes were accepted, and {received} were received',
    action: 'Accept only what was received.',
  },
  // The gate
  PAYMENT_REQUIRED: {
    message: 'this resource is paid for: the header PAYMENT-SIGNATURE is required',
    action:
      'Choose an offer of the header PAYMENT-REQUIRED, open a virtual channel, and ask again with its terms and first voucher.',
  },
  PAYMENT_OFFER_UNKNOWN: {
    message: 'the accepted offer is not one that this server makes: {field} differs',
    action: 'Accept an offer of the header PAYMENT-REQUIRED as it is.',
  },
  PAYMENT_TERMS: {
    message: 'the terms of the virtual channel do not fit the offer: {field} differs',
    action: 'Open a virtual channel by the terms offered.',
  },
  PAYMENT_REFUSED: {
    message: 'the payment was not accepted: {reason}',
    action: 'Open another virtual channel.',
  },
  PAYMENT_BOUND: {
    message: 'the virtual channel {virtualId} already pays for another resource',
    action: 'Open a virtual channel for this one.',
  },
  PAYMENT_BEFORE: {
    message: 'bytes from {start} on were asked for, and the virtual channel pays from byte {from} on, where it began',
    action: 'Open another virtual channel.',
  },
  PAYMENT_AHEAD: {
    message: 'bytes from {start} on were asked for, and {allowed} are paid for or within the window',
    action: 'Pay for the bytes before first.',
  },
  PAYMENT_REPEATS: {
    message: '{repeated} bytes already served were asked for again, and {allowance} are allowed',
    action: 'Open another virtual channel.',
  },
  PAYMENT_CREDIT: {
    message: 'the payer {payer} would owe for {owed} bytes over all its virtual channels, and {allowed} are allowed',
    action: 'Pay for what was served on the others, or end what is being served, before asking for more.',
  },
  PAYMENT_TIMEOUT: {
    message: 'no payment came for {milliseconds} ms at byte {offset}',
    action: 'Pay, then resume with a range request on the same virtual channel.',
  },
  PAYMENT_SUPERSEDED: {
    message: 'a newer request on the virtual channel {virtualId} took over',
    action: 'Read the newer response.',
  },
  ASSETS_INVALID: {
    message: 'the gate is given prices in {count} tokens, {distinct} different ones',
    action: 'Give each token once, and {max} tokens at most.',
  },
  WINDOW_TOO_SMALL: {
    message: 'the window of {window} bytes is smaller than the {needed} that the resource needs',
    action: 'Configure a window of at least that size.',
  },
  // Serving
  METHOD_NOT_ALLOWED: {
    message: 'the method {method} is not allowed here',
    action: 'Use GET or HEAD.',
  },
  RANGE_UNSATISFIABLE: {
    message: 'the range {range} is outside the {length} bytes of the resource',
    action: 'Ask for a range within the resource.',
  },
  BINDINGS_UNREADABLE: {
    message: 'line {line} of {path} is not a record of what a payment was for',
    action: 'Restore the file, or move it away: clients then may have to pay for a resource they had begun.',
  },
} as const satisfies Record<string, ErrorDefinition>

export type HttpErrorCode = keyof typeof httpErrors
