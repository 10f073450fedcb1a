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
  // A tab, as its payee refuses
  TAB_UNKNOWN: {
    message: 'the tab {virtualId} is not known here',
    action: 'Ask again with its terms and your public key.',
  },
  TAB_SEAL: {
    message: 'the request is not sealed by the payer of the tab {virtualId}',
    action: 'Seal the request as it is sent: method, path with query, body and header. Nothing is charged.',
  },
  TAB_PRICE: {
    message: 'the request agrees to another price than the one of now',
    action: 'Read the offer of this answer, and ask again under the same id if it suits. Nothing is charged.',
  },
  TAB_SPENT: {
    message: 'the capacity of {capacity} holds no {needed} beside the {total} charged',
    action: 'Open another tab. Nothing is charged for this request.',
  },
  TAB_DUE: {
    message:
      '{total} are charged on the tab, {paid} paid, and {needed} more fit into the window of {window} only once paid for',
    action: 'Pay what was delivered, then ask again under the same id. Nothing is charged for this request.',
  },
  TAB_CREDIT: {
    message: 'the payer {payer} owes {owed} over all its tabs, and {allowed} are allowed',
    action: 'Pay for what was delivered on the other tabs, then ask again. Nothing is charged for this request.',
  },
  TAB_IDS: {
    message: '{count} requests of the tab are not settled, and no more are remembered',
    action:
      'Raise the time before which requests are settled, or open another tab. Nothing is charged for this request.',
  },
  TAB_FAILURES: {
    message: '{count} requests on the tab were answered and not charged, and no more are answered',
    action: 'Open another tab, and look at why requests fail. Nothing is charged for this request.',
  },
  TAB_REFUSED: {
    message: 'the tab was not accepted: {reason}',
    action: 'Open another tab. Nothing is charged for this request.',
  },
  CALL_ID_REUSED: {
    message: 'the id {id} named another request before',
    action: 'Give each request an id of its own. Nothing is charged for this one.',
  },
  CALL_SETTLED: {
    message: 'the request {id} is older than {settled}, before which its payer has settled all',
    action: 'Ask under a new id and a later time. Nothing is charged for this request.',
  },
  CALL_RUNNING: {
    message: 'the request {id} is under way',
    action: 'Ask again in a moment under the same id: that is free.',
  },
  CALL_OUTCOME_UNKNOWN: {
    message:
      'the server restarted and does not know whether the request {id} was run; it is not charged and not run again',
    action: 'Look whether it took effect, or ask under a new id if running it twice does no harm.',
  },
  CALL_ANSWER_GONE: {
    message: 'the request {id} was run and charged {charged}, and its answer is not kept any more',
    action: 'Ask under a new id, which is charged anew.',
  },
  CALL_FAILED: {
    message: 'the server failed in the request {id}; nothing is charged for it',
    action: 'Ask again under a new id.',
  },
  CALL_LIMIT: {
    message: 'the request needs {needed}, above the limit of {limit} that it set',
    action: 'Set a higher limit, or ask for less.',
  },
  CALL_BODY_OVERSIZE: {
    message: 'the body of the request has more than {max} bytes',
    action: 'Send less in one request. Nothing is charged.',
  },
  // A tab, as its seller is set up
  PRICE_INVALID: {
    message: 'the price is not valid: {reason}',
    action:
      'Give each unit once, with an amount from 0 on and a per of at least 1, and a window that holds the dearest unit on credit.',
  },
  UNIT_UNKNOWN: {
    message: 'the handler counted {count} of {unit}, which the price does not name or only the server counts',
    action: 'Count whole numbers of a unit of your own that stands in the price.',
  },
  UNIT_ABOVE_WINDOW: {
    message: 'the handler counted {cost} at once, above the window of {window}',
    action: 'Count in smaller steps, or configure a larger window.',
  },
  CALL_ENCODED: {
    message: 'the handler answers with the content encoding {encoding}, and bytes are charged as they are',
    action: 'Leave encoding to what stands before the server, or do not charge by the byte.',
  },
  RECORDS_UNREADABLE: {
    message: 'line {line} of {path} is not a record of a tab',
    action:
      'Restore the file, or move it away: what tabs were charged for, and which ids were used, is then forgotten.',
  },
  // A tab, as its payer stops
  FRAME_INVALID: {
    message: 'a frame of the kind {kind} with {length} bytes is none',
    action: "Nothing more is paid for this request. Tell the server's operator.",
  },
  TAB_COUNT_APART: {
    message: 'the server counts {theirs} on the tab, and {own} were received, more than {allowed} apart',
    action: 'What was received is paid, and the tab is closed. Do not pay this seller; tell its operator.',
  },
  TAB_ANSWER_INVALID: {
    message: "the answer is not sealed as this tab's seller does, after {attempts} attempts: {reason}",
    action:
      'Whether it was charged is asked again before anything else is bought there. Ask again under the same id: that is free.',
  },
  SELLER_REFUSED: {
    message: 'the seller refuses the request {id}: {code}, with the status {status}; {charged} are charged for it',
    action: 'Look the code up in the page of errors.',
  },
  CALL_CUT: {
    message: 'the body of the request {id} broke off after {bytes} bytes; {charged} are charged for it',
    action: 'Ask under a new id for what is missing.',
  },
  SPENDING_RULE: {
    message: '{wanted} may be charged, and the rule {rule} leaves {left} of {max}',
    action: 'Raise the rule, or wait until it leaves more. Nothing was sent.',
  },
  PAYEE_NOT_ALLOWED: {
    message: 'the payee {payee} at {origin} is not among those that may be paid',
    action: 'Allow the payee, or buy elsewhere. Nothing was sent.',
  },
  SPENDING_REFUSED: {
    message: 'paying up to {wanted} to {payee} at {origin} was not approved',
    action: 'Approve it, or buy elsewhere. Nothing was sent.',
  },
  SPENDING_UNLIMITED: {
    message: 'no limit says how much the request may cost',
    action: 'Give maxAmount, or a spending rule for requests.',
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
