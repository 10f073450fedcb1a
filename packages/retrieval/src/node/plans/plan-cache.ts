import type { CarPlan } from './car-plan.ts'

/** Plans by root, those used last, as long as their runs are fewer than `max` in all. A plan in the making is made once. */
export class PlanCache {
  readonly #plans = new Map<string, CarPlan>()
  readonly #making = new Map<string, Promise<CarPlan>>()
  readonly #max: number
  #weight = 0

  constructor(max: number) {
    this.#max = max
  }

  async get(key: string, make: () => Promise<CarPlan>): Promise<CarPlan> {
    const plan = this.#plans.get(key)
    if (plan !== undefined) {
      this.#plans.delete(key)
      this.#plans.set(key, plan)
      return plan
    }
    const making = this.#making.get(key) ?? this.#make(key, make)
    return making
  }

  #make(key: string, make: () => Promise<CarPlan>): Promise<CarPlan> {
    const making = make()
      .then((plan) => {
        this.#keep(key, plan)
        return plan
      })
      .finally(() => this.#making.delete(key))
    this.#making.set(key, making)
    return making
  }

  #keep(key: string, plan: CarPlan): void {
    this.#plans.set(key, plan)
    this.#weight += weigh(plan)
    for (const [oldest, old] of this.#plans) {
      if (this.#weight <= this.#max || oldest === key) return
      this.#plans.delete(oldest)
      this.#weight -= weigh(old)
    }
  }

  clear(): void {
    this.#plans.clear()
    this.#weight = 0
  }
}

const weigh = ({ segments }: CarPlan): number => segments.length + 1
