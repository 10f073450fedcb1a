import { basename } from 'node:path'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { unlessAborted } from '../access/unless-aborted.ts'
import { withNode } from '../access/with-node.ts'
import { formatAmountOf, parseAmount } from '../cli/amount.ts'
import { type Context, defineCommand } from '../cli/command.ts'
import { defaulted, flagOnly, optional, toggle, type Values, variableOf } from '../cli/options.ts'
import { amountOf, duration, path, token } from '../cli/parse.ts'
import { engineOptions } from '../config/options.ts'
import { NodeError } from '../errors.ts'
import type { Downloaded, DownloadOptions } from '../get/download.ts'
import { megabytes, rateText } from '../get/progress.ts'

const DEFAULT_MAX = '0.01FIL'

const options = {
  ...engineOptions,
  out: flagOnly(optional('file', 'where the CAR goes (default: the CID and .car, in this folder)', path)),
  unpack: flagOnly(optional('file', 'unpack the file that the CAR holds to here', path)),
  max: optional(
    'amount',
    `most to pay for it (default: ${DEFAULT_MAX}; has to be given with --token, in base units)`,
    amountOf,
  ),
  token: defaulted('token', 'token to pay in: address of an ERC-20 token, or native', token, 'native'),
  part: flagOnly(toggle('begin also when the whole costs more than --max, and stop there')),
  allowPrivate: toggle('let the offer of a public server name an address in a private network'),
  feeMax: optional(
    'amount',
    'most that the hubs on the way get together (default: what the limits of the profile say)',
    amountOf,
  ),
  timeout: defaulted('time', 'how long the hub or the provider may say nothing before it is given up', duration, '45s'),
  fresh: flagOnly(toggle('forget a partial download and what was paid for it, and begin anew')),
}

/** Downloads, verifies and pays. */
export const getCommand = defineCommand({
  name: 'get',
  summary: 'download and pay for content',
  description:
    'Downloads content by its CID as a CAR. Each block is checked as the next one expected before anything more is paid. Run again, it goes on with a partial download and pays nothing twice. Pays out of the running node of the data folder, or runs the engine itself.',
  arguments: [{ name: 'url', description: 'address of the content: http://provider/ipfs/<cid>' }],
  options,
  examples: [
    'sluice get http://127.0.0.1:8080/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
    'sluice get http://127.0.0.1:8080/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi --out film.car --unpack film.mp4 --max 0.001FIL',
    'sluice get http://127.0.0.1:8080/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi --token 0x80b98d3aa09ffff255c3ba4a241111ff1262f045 --max 250000',
  ],
  run: async (context, values, [url = '']) => {
    const { checkUnpack, claimOutput } = await import('../get/output-files.ts')
    const wanted = await wantedOf(values, url)
    const giveBack = claimOutput(wanted.out)
    try {
      const downloaded =
        (await downloadedBefore(context, values, wanted)) ?? (await download(context, values, wanted, checkUnpack))
      if (wanted.unpack !== undefined) {
        const { unpackInto } = await import('../get/unpack.ts')
        await unpackInto(wanted.out, wanted.unpack)
      }
      context.output.result(downloaded, downloadedText(downloaded))
    } finally {
      giveBack()
    }
  },
})

async function wantedOf(values: Values<typeof options>, url: string): Promise<DownloadOptions> {
  const { parseTarget } = await import('../get/target.ts')
  const target = parseTarget(url)
  return {
    target,
    out: values.out ?? path(`${target.root}.car`, '--out'),
    unpack: values.unpack,
    max: maxOf(values),
    token: values.token,
    allowPart: values.part,
    fresh: values.fresh,
    allowPrivate: values.allowPrivate,
    feesMax: values.feeMax?.(values.token),
    timeout: Math.max(1, values.timeout) * 1_000,
  }
}

/** What an earlier run downloaded whole. A payment that it left open is closed. */
async function downloadedBefore(
  context: Context,
  values: Values<typeof options>,
  wanted: DownloadOptions,
): Promise<Downloaded | undefined> {
  const { closeLeftOpen, findDownloaded, hasLeftOpen } = await import('../get/finished.ts')
  const found = await findDownloaded(wanted)
  if (found !== undefined && hasLeftOpen(wanted.out)) {
    await withNode(context, values, (node) => closeLeftOpen(node, wanted.out))
  }
  return found
}

async function download(
  context: Context,
  values: Values<typeof options>,
  wanted: DownloadOptions,
  check: (wanted: DownloadOptions) => void,
): Promise<Downloaded> {
  check(wanted)
  const [{ downloadFree, downloadPaid, wantsPayment }, { hasLeftOpen }] = await Promise.all([
    import('../get/download.ts'),
    import('../get/finished.ts'),
  ])
  if (await wantsPayment(context, wanted, hasLeftOpen(wanted.out))) {
    return withNode(context, values, (node) => downloadPaid(context, node, wanted))
  }
  return unlessAborted(context.signal, downloadFree(context, wanted))
}

function maxOf({ max, token }: Values<typeof options>): bigint {
  if (max !== undefined) return max(token)
  if (token === NATIVE_TOKEN) return parseAmount(DEFAULT_MAX)
  throw new NodeError('VALUE_MISSING', { name: '--max', flag: 'max', variable: variableOf('max'), key: 'max' })
}

function downloadedText(downloaded: Downloaded): string {
  const { bytes, blocksVerified, paid, payments, token, fees, downloadMs, virtualClosed } = downloaded
  if (downloaded.already === true) {
    return `${basename(downloaded.path)}: ${megabytes(bytes)} in ${blocksVerified} verified blocks, downloaded before; nothing was paid`
  }
  const rate = rateText(bytes, downloadMs)
  const lines = [
    `${basename(downloaded.path)}: ${megabytes(bytes)} in ${blocksVerified} verified blocks, ${rate}`,
    paid === 0n
      ? 'nothing was paid'
      : `paid ${formatAmountOf(token, paid)} in ${payments} payments, ${formatAmountOf(token, fees)} to hubs`,
    ...(virtualClosed === false ? ['the virtual channel is still being closed; the node goes on with it'] : []),
  ]
  return lines.join('\n')
}
