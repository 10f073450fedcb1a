import { describe, expect, it } from 'vitest'
import { protocolErrors } from './error-codes.ts'
import { type ErrorArguments, explainErrors, ProtocolError, SluiceError } from './errors.ts'

const tableErrors = {
  DOOR_SHUT: { message: 'the door {door} is shut', action: 'Open {door} and come back to {nowhere}.' },
  RAIN: { message: 'it rains', action: 'Take an umbrella.' },
} as const

class TableError<Code extends keyof typeof tableErrors> extends SluiceError<Code> {
  override readonly name = 'TableError'
  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof tableErrors)[Code]['message']>) {
    super(code, tableErrors[code], details, cause)
  }
}

describe('an error', () => {
  it('says its code and values until it is explained', () => {
    expect(new ProtocolError('LANE_BASE_UNKNOWN', { expected: 4n, got: 7n })).toMatchObject({
      message: 'LANE_BASE_UNKNOWN, expected 4, got 7',
      action: 'Look LANE_BASE_UNKNOWN up in the page of errors, docs/errors.md.',
    })
    expect(new ProtocolError('MESSAGE_MALFORMED').message).toBe('MESSAGE_MALFORMED')
    explainErrors(protocolErrors)
    expect(new ProtocolError('MESSAGE_MALFORMED').message).toBe(protocolErrors.MESSAGE_MALFORMED.message)
  })

  it('says what is wrong with its values, and what to do', () => {
    const error = new ProtocolError('LANE_BASE_UNKNOWN', { expected: 4n, got: 7n })
    expect(error).toBeInstanceOf(SluiceError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'ProtocolError',
      code: 'LANE_BASE_UNKNOWN',
      message: 'the update builds on seq 7, and the newest accepted is 4',
      details: { expected: 4n, got: 7n },
    })
    expect(error.action).toMatch(/^Build on /)
    expect(String(error)).toMatch(/^ProtocolError: the update builds/)
    expect('cause' in error).toBe(false)
  })

  it('keeps its cause', () => {
    const cause = new Error('below')
    expect(new ProtocolError('MESSAGE_MALFORMED', {}, cause).cause).toBe(cause)
  })

  it('can be derived over another table', () => {
    const shut = new TableError('DOOR_SHUT', { door: 'A', extra: 1 })
    expect(shut).toMatchObject({ name: 'TableError', code: 'DOOR_SHUT', message: 'the door A is shut' })
    expect(shut.action).toBe('Open A and come back to {nowhere}.')
    expect(new TableError('RAIN')).toMatchObject({ message: 'it rains', details: {} })
    // @ts-expect-error the template names {door}
    expect(new TableError('DOOR_SHUT', {}).message).toBe('the door {door} is shut')
  })
})
