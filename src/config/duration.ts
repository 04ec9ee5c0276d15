const hours: Readonly<Record<string, number>> = { h: 1, d: 24, w: 7 * 24, m: 30 * 24, y: 365 * 24 };

const hour = 3_600_000;

/** What durations look like, for messages. */
export const durationExamples = '12h, 90d, 8w, 3m (months of 30 days) or 1y (365 days)';

/** A duration in milliseconds: a whole number with `h`, `d`, `w`, `m` for months of 30 days, or `y` for years of 365; undefined for anything else, and for more than 1000 years. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,7})([hdwmy])$/.exec(text.trim()) ?? [];
  const milliseconds = Number(count) * (hours[unit] ?? Number.NaN) * hour;
  return milliseconds <= 1000 * 365 * 24 * hour ? milliseconds : undefined;
}

/** A duration in whole days, or in hours where it is less than one day: `90d`, `5h`. */
export function printDuration(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / hour));
  return whole < 24 ? `${whole}h` : `${Math.floor(whole / 24)}d`;
}
