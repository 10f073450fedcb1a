import { openWallet } from './wallet.ts'

/** How many seconds are bought ahead of what is seen. */
const AHEAD = 3
const at = <E extends Element>(selector: string): E => document.querySelector(selector) as E
const video = at<HTMLVideoElement>('video')
const happens = (target: EventTarget, name: string) =>
  new Promise((done) => target.addEventListener(name, done, { once: true }))
const { type, times }: { type: string; times: number[] } = await (await fetch('/film/index')).json()
const wallet = await openWallet(10n ** 12n).catch((error: Error) => {
  at('#paid').textContent = error.message
  throw error
})

const source = new MediaSource()
video.src = URL.createObjectURL(source)
await happens(source, 'sourceopen')
const buffer = source.addSourceBuffer(type)

async function append(bytes: BufferSource): Promise<void> {
  buffer.appendBuffer(bytes)
  await happens(buffer, 'updateend')
}

/** Buys a segment. Its bytes are paid for as they arrive, and go to the player at once. */
async function buy(number: number): Promise<void> {
  const response = await wallet.fetch(new URL(`/film/${number}`, location.href).href, { maxAmount: 10n ** 11n })
  for await (const bytes of response.body ?? []) await append(bytes as BufferSource)
  at<HTMLElement>(`#segments :nth-child(${number + 1})`).className = 'bought'
}

const bought = new Set<number>()

/** The first segment that is about to be seen and is not there; -1 where all are. */
function nextToBuy(): number {
  const [from, to] = [video.currentTime, video.currentTime + AHEAD]
  return times.findIndex((time, number) => !bought.has(number) && time < to && (times[number + 1] ?? to) > from)
}

at('#segments').replaceChildren(...times.map(() => document.createElement('i')))
wallet.engine.subscribe(() => {
  const open = wallet.engine.virtuals().filter(({ status }) => status !== 'closed')
  const paid = open.reduce((sum, { amount }) => sum + amount, wallet.engine.channels()[0]?.paid.sent ?? 0n)
  at('#paid').textContent = `${(Number(paid) / 1e9).toFixed(1)} nanoFIL paid`
})
at('#paid').textContent = 'nothing paid yet: press play'
await append(await (await fetch('/film/head')).arrayBuffer())
await happens(video, 'play')
for (;;) {
  const number = nextToBuy()
  if (number === -1) await Promise.race([happens(video, 'timeupdate'), happens(video, 'seeking')])
  else {
    bought.add(number)
    await buy(number)
    if (number === times.length - 1) source.endOfStream()
  }
}
