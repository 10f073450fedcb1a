import { basename } from 'node:path'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { unlessAborted } from '../access/unless-aborted.ts'
import { withNode } from '../access/with-node.ts'
import { formatAmountOf, parseAmount } from '../cli/amount.ts'
import { type Context, defineCommand } from '../cli/command.ts'
import { flagOnly, optional, toggle, type Values, variableOf } from '../cli/options.ts'
import { amountOf, entityBytes, path, providerUrls } from '../cli/parse.ts'
import { buyingOptions, engineOptions } from '../config/options.ts'
import { prepareToken } from '../config/tokens.ts'
import { NodeError } from '../errors.ts'
import type { Downloaded, DownloadOptions } from '../get/download.ts'
import type { Target } from '../get/find/target.ts'
import { megabytes, rateText } from '../get/progress.ts'

const DEFAULT_MAX = '0.01FIL'
const GIB = 1n << 30n

const options = {
  ...engineOptions,
  out: flagOnly(optional('file', 'where the CAR goes (default: the CID and .car, in this folder)', path)),
  unpack: flagOnly(optional('path', 'unpack the file or directory that the CAR holds to here', path)),
  from: flagOnly(
    optional(
      'urls',
      'providers, with commas between them: the cheapest sends, and the next goes on where one fails; nothing is paid twice',
      providerUrls,
    ),
  ),
  range: flagOnly(
    optional('from:to', 'these bytes of a file alone, both included; negative: from its end, *: its end', entityBytes),
  ),
  maxPerGib: optional('amount', 'dearest price that is taken, for a GiB (default: any within --max)', amountOf),
  max: optional(
    'amount',
    `most to pay for it (default: ${DEFAULT_MAX}; has to be given with --token, in base units)`,
    amountOf,
  ),
  part: flagOnly(toggle('begin also when the whole costs more than --max, and stop there')),
  ...buyingOptions,
  fresh: flagOnly(toggle('forget a partial download and what was paid for it, and begin anew')),
}

/** Downloads, verifies and pays. */
export const getCommand = defineCommand({
  name: 'get',
  summary: 'download and pay for content',
  description:
    'Downloads content by its CID, or by an IPNS name whose record is checked, as a CAR: all of it, what lies behind a path, or some bytes of a file. Each block is checked as the next one expected before anything more is paid. Run again, it goes on with a partial download and pays nothing twice. Pays out of the running node of the data folder, or runs the engine itself.',
  arguments: [
    {
      name: 'content',
      description:
        'what to download: http://provider/ipfs/<cid>[/path], http://provider/ipns/<name>, or with --from ipfs://<cid>[/path], ipns://<name> or <cid>[/path]',
    },
  ],
  options,
  examples: [
    'sluice get http://127.0.0.1:8080/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
    'sluice get http://127.0.0.1:8080/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi --out film.car --unpack film.mp4 --max 0.001FIL',
    'sluice get ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/docs --from http://127.0.0.1:8080,http://127.0.0.1:8081 --unpack docs',
    'sluice get http://127.0.0.1:8080/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/film.mp4 --range 0:1048575 --max-per-gib 0.01FIL',
    'sluice get ipns://k51qzi5uqu5dgutdk6i1ynyzgkqngpha5xpgia3a5qqp4jsh0u4csozksxel2r --from http://127.0.0.1:8080',
    'sluice get http://127.0.0.1:8080/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi --token 0x80b98d3aa09ffff255c3ba4a241111ff1262f045 --max 250000',
  ],
  run: async (context, values, [url = '']) => {
    const { checkUnpack, claimOutput } = await import('../get/output-files.ts')
    await prepareToken(values, values.token, values.max, values.feeMax)
    const wanted = await wantedOf(context, values, url)
    const giveBack = claimOutput(wanted.out)
    try {
      const downloaded =
        (await downloadedBefore(context, values, wanted)) ?? (await download(context, values, wanted, checkUnpack))
      if (wanted.unpack !== undefined) {
        const { unpackInto } = await import('../get/unpack.ts')
        await unpackInto(wanted.out, wanted.unpack, wanted.target.query.bytes)
      }
      context.output.result(downloaded, downloadedText(downloaded))
    } finally {
      giveBack()
    }
  },
})

async function targetFor(context: Context, values: Values<typeof options>, content: string): Promise<Target> {
  const { isNamed, parseAsked } = await import('../get/find/target.ts')
  const asked = parseAsked(content, { from: values.from ?? [], range: values.range })
  if (!isNamed(asked)) return asked
  const { lookUp } = await import('../get/find/ipns.ts')
  const { token, allowPrivate } = values
  return lookUp(context, asked, {
    ...{ token, allowPrivate, max: maxOf(values), feesMax: values.feeMax?.(token) },
    timeout: Math.max(1, values.timeout) * 1_000,
    withNode: (use) => withNode(context, values, use),
  })
}

/** The name of a CAR: of its root, and of what the path ends at. */
function carName({ root, query }: Target): string {
  const end = query.path.at(-1)?.replace(/[^\w.-]+/g, '_')
  return end === undefined ? `${root}.car` : `${root}_${end}.car`
}

async function wantedOf(context: Context, values: Values<typeof options>, content: string): Promise<DownloadOptions> {
  const target = await targetFor(context, values, content)
  const perGib = values.maxPerGib?.(values.token)
  return {
    target,
    out: values.out ?? path(carName(target), '--out'),
    ...(perGib !== undefined && { maxPrice: { amount: perGib, per: GIB } }),
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
  const [{ downloadFree, downloadPaid }, { hasLeftOpen }, { findProviders }] = await Promise.all([
    import('../get/download.ts'),
    import('../get/finished.ts'),
    import('../get/find/providers.ts'),
  ])
  const found = await findProviders(context, wanted, hasLeftOpen(wanted.out))
  const providers = found.map(({ provider }) => provider)
  const ordered = { ...wanted, target: { ...wanted.target, providers } }
  if (found.some(({ wantsPayment }) => wantsPayment)) {
    return withNode(context, values, (node) => downloadPaid(context, node, ordered))
  }
  return unlessAborted(context.signal, downloadFree(context, ordered))
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
