import type { FeeSchedule } from '@sluice/protocol'
import { jsonLine } from '../json.ts'
import type { NodeInfo } from '../rpc/methods.ts'
import { address, amount, count, type Infer, object, oneOf, optional, text } from '../rpc/schema.ts'

const fees = object({
  base: amount,
  partsPerMillion: count,
  partsPerMillionHour: count,
  /** Seconds that count beyond the lifetime, and how much of the virtual channel's window does, per cent. */
  hold: optional(count),
  window: optional(count),
})

const greeting = object({
  sluice: oneOf(1),
  version: text,
  role: text,
  signer: address,
  account: address,
  /** CAIP-2. */
  network: text,
  contract: address,
  /** Where peers reach it, where that is not the address of this document. */
  url: optional(text),
  /** What this node asks for forwarding. */
  fees,
})

/** What a node answers to a plain HTTP GET at its peer address: who it is, and what it asks for forwarding. */
export type Greeting = Infer<typeof greeting>

/** The greeting of a node, as JSON. */
export function writeGreeting(info: NodeInfo, schedule: FeeSchedule): string {
  const { version, role, signer, account, chainId, contract, peerUrl } = info
  const asked = {
    base: schedule.feeBase,
    partsPerMillion: schedule.feePartsPerMillion,
    partsPerMillionHour: schedule.feePerHour,
    hold: schedule.feeHold ?? 0,
    window: schedule.feeWindow ?? 0,
  }
  const place = peerUrl === undefined ? {} : { url: peerUrl }
  const network = `eip155:${chainId}`
  return jsonLine({ sluice: 1, version, role, signer, account, network, contract, ...place, fees: asked })
}

/**
 * Reads a greeting.
 *
 * @throws NodeError RPC_PARAMS_INVALID, SyntaxError
 */
export function readGreeting(json: string): Greeting {
  return greeting.decode(JSON.parse(json), 'greeting')
}

/** The fees of a greeting as the protocol's rules take them. */
export function scheduleOf({ fees }: Greeting): FeeSchedule {
  const { base, partsPerMillion, partsPerMillionHour, hold = 0, window = 0 } = fees
  return {
    feeBase: base,
    feePartsPerMillion: partsPerMillion,
    feePerHour: partsPerMillionHour,
    feeHold: hold,
    feeWindow: window,
  }
}
