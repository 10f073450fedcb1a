/** Most bytes of an encoded message or frame. */
export const MAX_MESSAGE_BYTES = 256 * 1024
/** Most operations of one lane update. */
export const MAX_OPERATIONS = 256
/** Most channels in a hello. */
export const MAX_HELLO_CHANNELS = 1024
/** Most features in a hello. */
export const MAX_HELLO_FEATURES = 64
/** Most maps and lists within one another in what a reader ignores. */
export const MAX_IGNORED_DEPTH = 8
/** Most characters of a text for humans. */
export const MAX_TEXT = 256
/** Most characters of a reason's code. */
export const MAX_CODE = 64

/** Most tokens in what a side says of its policy. */
export const MAX_POLICY_TOKENS = 16
