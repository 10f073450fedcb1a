import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of requests that are paid for on a tab. Their own table: who pays for single resources alone does not load it. */
export const tabErrors = {
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
  CALL_BODY_READ: {
    message: 'the body of the request was read before it came to its seal',
    action: 'Put paid routes before parsers of bodies. Nothing is charged.',
  },
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
  TAB_DECLINED: {
    message: 'a hub on the way declined the tab {virtualId}: {code}',
    action:
      'Another one was tried, by the fees that the hubs ask now. Ask again, or open a channel with another hub of the seller. Nothing was paid.',
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
  BUYER_STOPPED: {
    message: 'this client was stopped',
    action: 'Start another one.',
  },
  OFFER_METERED: {
    message: 'the offer charges by {units}, and a payment apart from its request pays for a call alone',
    action: 'Buy it with the fetch of a client, which pays for what arrives.',
  },
  SPENDING_UNLIMITED: {
    message: 'no limit says how much the request may cost',
    action: 'Give maxAmount, or a spending rule for requests.',
  },
} as const satisfies Record<string, ErrorDefinition>

export type TabErrorCode = keyof typeof tabErrors
