/** What some requests meet in place of a service. */
export interface FaultPlan {
  /** Which requests: those that write, or any. */
  readonly on: 'write' | 'any';
  /** How many of them the service still answers. */
  readonly pass: number;
  /** How many meet the fault then. */
  readonly times: number;
  /** A status of HTTP; or nothing is said at all. */
  readonly status: number | 'silent';
}

/** Faults to come. */
export class PlannedFaults {
  #plan: FaultPlan | undefined;

  set(plan: FaultPlan | undefined): void {
    this.#plan = plan;
  }

  /** What a request meets; undefined where the service answers. */
  next(kind: 'read' | 'write'): FaultPlan['status'] | undefined {
    const plan = this.#plan;
    if (plan === undefined || plan.times === 0 || (plan.on === 'write' && kind === 'read')) return undefined;
    if (plan.pass > 0) {
      this.#plan = { ...plan, pass: plan.pass - 1 };
      return undefined;
    }
    this.#plan = { ...plan, times: plan.times - 1 };
    return plan.status;
  }
}
