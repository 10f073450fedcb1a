/** Reads the events of an answer, and hangs up once so many tokens were heard. Answers how many were. */
export async function listen(response: Response, patience: number, hear: (token: string) => void): Promise<number> {
  let heard = 0
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      if (event === 'data: [DONE]') continue
      hear((JSON.parse(event.slice('data: '.length)) as { token: string }).token)
      heard += 1
    }
    // Leaving the loop ends the answer: what was said is paid, and nothing more is.
    if (heard >= patience) break
  }
  return heard
}
