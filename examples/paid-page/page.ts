import { type Good, goods, NANO } from './goods.ts'
import { openWallet } from './wallet.ts'

const at = (selector: string): HTMLElement => document.querySelector<HTMLElement>(selector) ?? document.body
const wallet = await openWallet(100n * NANO).catch((error: Error) => {
  at('#wallet').textContent = error.message
  throw error
})

function showWallet(): void {
  const [channel] = wallet.engine.channels()
  const { spendable, paid, status } = channel ?? { spendable: { own: 0n }, paid: { sent: 0n }, status: 'closed' }
  at('#wallet').textContent = `channel ${status}: ${spendable.own / NANO} nanoFIL left, ${paid.sent / NANO} paid`
}

async function buy({ file, type, price }: Good, place: HTMLElement): Promise<void> {
  const started = performance.now()
  const response = await wallet.fetch(new URL(file, location.href).href, { maxAmount: price * NANO })
  const blob = new Blob([await response.arrayBuffer()], { type })
  const took = `came in ${(performance.now() - started).toFixed(0)} ms, paid for`
  const content = document.createElement(type.startsWith('image/') ? 'img' : 'div')
  if (content instanceof HTMLImageElement) content.src = URL.createObjectURL(blob)
  else content.textContent = await blob.text()
  place.replaceChildren(content, Object.assign(document.createElement('small'), { textContent: took }))
}

for (const good of goods) {
  const button = Object.assign(document.createElement('button'), { textContent: `${good.price} nanoFIL` })
  const place = document.createElement('p')
  place.append(button)
  button.onclick = async () => {
    button.disabled = true
    await buy(good, place).catch((error: Error) => place.append(` ${error.message}`))
  }
  const article = document.createElement('article')
  article.append(Object.assign(document.createElement('h2'), { textContent: good.title }), place)
  at('main').append(article)
}

wallet.engine.subscribe(showWallet)
showWallet()
const back = at('#back') as HTMLButtonElement
back.disabled = false
back.onclick = async () => {
  back.disabled = true
  for (const { channelId } of wallet.engine.channels()) await wallet.engine.closeChannel(channelId)
}
