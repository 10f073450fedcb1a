/** What an attack came to. All amounts are native base units. */
export interface AttackReport {
  readonly name: string
  /** What it cost the thieves: gas, fees, and money that is gone. */
  readonly thiefSpent: number
  /** What the thieves have more than at first. */
  readonly thiefGot: number
  /** What honest parties lack of what they should have, dust left out. */
  readonly stolen: number
  /** What honest parties left because it is worth less than the gas that fetches it. */
  readonly dustLost: number
  /** Fees that thieves paid, and that were not returned. */
  readonly feesPaid: number
  /** Gas of honest calls that reverted, changed nothing, or were worth less than they cost. */
  readonly gasWasted: number
  /** Gas of all honest calls. */
  readonly honestGas: number
  /** Which part of what honest users tried meanwhile went well, 0 to 1. */
  readonly served: number
}

/** An attack as a program: thieves that keep no rule, against honest parties that run the engine itself. */
export interface Attack {
  readonly name: string
  /** What the thieves do, in a sentence. */
  readonly about: string
  /** Runs it to its end. */
  run(): Promise<AttackReport>
}

/** What is wrong with an outcome, by the aims that all attacks are held to. */
export function flawsOf({ stolen, dustLost, feesPaid, gasWasted, served }: AttackReport): readonly string[] {
  return [
    ...(stolen > 0 ? [`${stolen} stolen`] : []),
    ...(dustLost > feesPaid ? [`${dustLost} of dust lost, for fees of ${feesPaid}`] : []),
    ...(gasWasted > 0 ? [`${gasWasted} of gas wasted`] : []),
    ...(served < 0.95 ? [`${Math.round(served * 100)}% of honest users served`] : []),
  ]
}
