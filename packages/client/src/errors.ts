import { type ErrorArguments, SluiceError } from '@sluice/protocol'

/** Every error of the client itself. */
export const clientErrors = {
  PATH_UNKNOWN: {
    message: 'there is no open channel with {payee} nor with one of its hubs ({hubs})',
    action: 'Open a channel with one of these hubs.',
  },
  PATH_TOO_SMALL: {
    message: '{needed} base units are needed, and {spendable} can be spent over {peer}',
    action: 'Top the channel up, or allow less to be spent.',
  },
  FIRST_VOUCHER_MISSING: {
    message: 'the virtual channel was opened without a first voucher',
    action: 'Open it with a first amount above zero.',
  },
} as const

/** What keeps a client from paying. The codes are in {@link clientErrors}. */
export class ClientError<Code extends keyof typeof clientErrors = keyof typeof clientErrors> extends SluiceError<Code> {
  override readonly name = 'ClientError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof clientErrors)[Code]['message']>) {
    super(code, clientErrors[code], details, cause)
  }
}
