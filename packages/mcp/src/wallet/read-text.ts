/** The text of an answer, up to so many bytes. Of more, the rest is left unread. */
export async function readText(
  { body }: Response,
  maxBytes: number,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  if (body === null) return { text: '', isWhole: true }
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  for (let rest = maxBytes; ; ) {
    const { done, value } = await reader.read()
    if (done) return { text: text + decoder.decode(), isWhole: true }
    text += decoder.decode(value.subarray(0, rest), { stream: true })
    if (value.length > rest) {
      await reader.cancel().catch(() => undefined)
      return { text, isWhole: false }
    }
    rest -= value.length
  }
}
