import { createPolicy, type Policy, type PolicyChanges } from '@sluice/engine'
import type { Values } from '../cli/options.ts'
import { readLimitsFile } from './limits-file.ts'
import type { engineOptions } from './options.ts'

/** What of a command's values makes a policy. */
export type PolicyValues = Pick<Values<typeof engineOptions>, 'profile' | 'limits' | 'channelWindow' | 'virtualWindow'>

/** The limits of the profile with what the options change. `changes`: what the command itself changes of the profile's. */
export function policyOf(
  { profile, limits, channelWindow, virtualWindow }: PolicyValues,
  changes: PolicyChanges = {},
): Policy {
  return createPolicy(profile, {
    ...changes,
    ...(limits === undefined ? {} : readLimitsFile(limits)),
    ...(channelWindow === undefined ? {} : { channelWindowDefault: channelWindow }),
    ...(virtualWindow === undefined ? {} : { virtualWindowDefault: virtualWindow }),
  })
}
