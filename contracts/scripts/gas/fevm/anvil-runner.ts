// For tests: speaks a runner's protocol with a local chain behind it, so that what speaks with runners is played whole where none is.
// Its gas is Ethereum's. `node anvil-runner.ts URL`

import { createInterface } from 'node:readline'
import { type Address, createTestClient, type Hex, http, publicActions, RpcRequestError } from 'viem'
import type { FvmReceipt, FvmRequest } from './runner.ts'

const EPOCH_SECONDS = 30
const [url = ''] = process.argv.slice(2)
const client = createTestClient({ mode: 'anvil', transport: http(url) }).extend(publicActions)
const rpc = <T>(method: string, ...params: readonly unknown[]) =>
  client.request<{ Parameters: readonly unknown[]; ReturnType: T }>({ method, params } as never)

type Message = Extract<FvmRequest, { readonly op: 'try' | 'tx' }>

const callOf = ({ from, to, data, value }: Message) => ({
  from,
  ...(to === null ? {} : { to }),
  data,
  value: `0x${BigInt(value).toString(16)}`,
})

async function tried(message: Message): Promise<FvmReceipt> {
  try {
    const returned = await rpc<Hex>('eth_call', callOf(message), 'latest')
    return { exit: 0, gas: Number(await rpc<Hex>('eth_estimateGas', callOf(message))), returned }
  } catch (error) {
    if (!(error instanceof Error && error.cause instanceof RpcRequestError)) throw error
    const { data, message: failure } = error.cause
    return { exit: 33, gas: 0, returned: typeof data === 'string' ? (data as Hex) : '0x', failure }
  }
}

async function sent(message: Message): Promise<FvmReceipt> {
  await client.impersonateAccount({ address: message.from })
  const gas = `0x${(message.gasLimit ?? 0).toString(16)}`
  const hash = await rpc<Hex>('eth_sendTransaction', { ...callOf(message), gas })
  const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 5 })
  return { exit: receipt.status === 'success' ? 0 : 33, gas: Number(receipt.gasUsed), returned: '0x' }
}

async function answerTo(request: FvmRequest): Promise<unknown> {
  switch (request.op) {
    case 'genesis':
      return {}
    case 'put':
      return client.setBalance({ address: request.eth, value: BigInt(request.balance) })
    case 'actor':
      return { nonce: await client.getTransactionCount({ address: request.who as Address }) }
    case 'advance':
      await client.increaseTime({ seconds: EPOCH_SECONDS * request.epochs })
      return client.mine({ blocks: 1 })
    case 'try':
      return tried(request)
    case 'tx':
      return sent(request)
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line) as FvmRequest).then(
    (ok) => ({ ok: ok ?? null }),
    (error: unknown) => ({ error: String(error) }),
  )
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
