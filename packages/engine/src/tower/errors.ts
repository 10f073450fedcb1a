import { type ErrorArguments, SluiceError } from '@sluice/protocol'
import { type TowerErrorCode, towerErrors } from './error-codes.ts'

/** What a watchtower refuses, and why. The codes are in {@link towerErrors}. */
export class TowerError<Code extends TowerErrorCode = TowerErrorCode> extends SluiceError<Code> {
  override readonly name = 'TowerError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof towerErrors)[Code]['message']>) {
    super(code, towerErrors[code], details, cause)
  }
}
