import { textLike } from '../../codec/value-fields.ts'
import { MAX_CODE, MAX_TEXT } from '../limits.ts'

/** A stable error code. */
export const reasonCode = textLike(
  new RegExp(`^[A-Z][A-Z0-9_]{0,${MAX_CODE - 1}}$`),
  `a code of at most ${MAX_CODE} capitals, digits and underscores`,
)

/** One line for humans: printable ASCII, so that it cannot disturb a terminal or a log. */
export const humanText = textLike(
  new RegExp(`^[ -~]{0,${MAX_TEXT}}$`),
  `at most ${MAX_TEXT} printable ASCII characters`,
)
