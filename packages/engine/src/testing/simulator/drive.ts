import type { Engine } from '../../api/engine.ts'
import type { Party, World } from '../world.ts'

/** Something that a party is to bring about, whatever kills it on the way. */
export interface Step {
  readonly what: string
  readonly who: Party
  /** Whether it is so, by what can be seen. Asked only while all parties run. */
  readonly isDone: () => boolean
  /** Asks for it. Asked again after a restart or a failure, if it is not so by itself. */
  readonly act: (engine: Engine) => Promise<unknown>
}

/** Milliseconds that a party takes to look again after a failed call. */
const PAUSE = 500

/** Takes one step after the other; each may need several calls, as a killed process answers none. */
export async function drive(world: World, steps: readonly Step[], limit = 600_000): Promise<void> {
  for (const step of steps) await take(world, step, limit)
}

async function take(world: World, { what, who, isDone, act }: Step, limit: number): Promise<void> {
  const { scheduler } = world
  let asked: number | undefined
  let isPausing = false
  const failures: string[] = []
  const holds = () => [...world.parties.values()].every(({ isRunning }) => isRunning) && isDone()
  const ask = () => {
    if (!who.isRunning || asked === who.starts || isPausing) return
    asked = who.starts
    const over = (error?: unknown) => {
      if (error !== undefined) failures.push(String(error))
      isPausing = true
      scheduler.after(PAUSE, () => {
        isPausing = false
        asked = undefined
      })
    }
    act(who.engine).then(() => over(), over)
  }
  try {
    await scheduler.runUntil(
      what,
      () => {
        if (holds()) return true
        ask()
        return false
      },
      limit,
    )
  } catch (error) {
    throw new Error(
      `${String(error)}; failures: ${failures.slice(-3).join(' | ') || 'none'}; seed ${world.seed}\n${world.story()}`,
    )
  }
}
