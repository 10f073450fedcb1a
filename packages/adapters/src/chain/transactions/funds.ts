import type { Address } from '@sluice/protocol'
import { readBalance } from '../rpc/reads.ts'
import type { Rpc } from '../rpc/rpc.ts'

/** Heads between two looks at what the account has. */
const LOOK_HEADS = 10

/** What an account that pays for gas has, as it was last seen. */
export class Funds {
  readonly #rpc: Rpc
  readonly #account: Address
  #heads = 0
  /** Native base units; undefined before the first look. */
  balance: bigint | undefined

  constructor(rpc: Rpc, account: Address) {
    this.#rpc = rpc
    this.#account = account
  }

  /** Called at each new head. */
  async tend(): Promise<void> {
    if (this.#heads % LOOK_HEADS === 0) this.balance = await readBalance(this.#rpc, this.#account)
    this.#heads += 1
  }
}
