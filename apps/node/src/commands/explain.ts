import { lookingOptions, readViews } from '../access/node-views.ts'
import { defineCommand } from '../cli/command.ts'
import { idPrefix } from '../cli/parse.ts'
import { asOf, asOfText } from '../show/as-of.ts'
import { type Explanation, explainChannel, explainVirtual } from '../show/explain.ts'
import { explanationText, totalsText } from '../show/explain-text.ts'
import { pickAny } from '../show/find.ts'

/** Says what of the user's money is where, and why. */
export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'what of my money is locked, by whom, until when, and what I can do',
  description:
    'Explains each channel, or the channel or virtual channel named: what of its money can be spent, what is locked, by whom and until when, what happens next and what can be done. Looks only: needs neither the chain nor the key, and works beside a running node.',
  arguments: [{ name: 'id', description: 'a channel or virtual channel, or enough of its id', optional: true }],
  options: lookingOptions,
  examples: ['sluice explain', 'sluice explain 0x3f2a', 'sluice explain --json'],
  run: async (context, values, [prefix]) => {
    const views = await readViews(context, values)
    const explanations = explained()
    const text = [
      ...(prefix === undefined ? [totalsText(explanations)] : []),
      ...explanations.map(explanationText),
      ...(explanations.length === 0 ? ['no channels'] : []),
      asOfText(views.source, Date.now()),
    ]
    context.output.result({ explanations, asOf: asOf(views.source) }, text.filter((part) => part !== '').join('\n'))

    function explained(): readonly Explanation[] {
      const { channels, virtuals } = views
      if (prefix === undefined) return channels.map((channel) => explainChannel(views, channel))
      const found = pickAny(channels, virtuals, idPrefix(prefix, 'the id'))
      return ['channel' in found ? explainChannel(views, found.channel) : explainVirtual(views, found.virtual)]
    }
  },
})
