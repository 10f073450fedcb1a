import { engineErrors } from '@sluice/engine'
import { explainErrors, protocolErrors } from '@sluice/protocol'

/** Lets all errors of an engine say what they mean. Its own module, so that a page may load it later. */
export function explainEngine(): void {
  explainErrors(protocolErrors, engineErrors)
}
