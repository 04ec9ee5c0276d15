const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** A time of the metadata: RFC 3339 as Go prints it, without fractions of a second, and the moment it names. */
export interface Stamp {
  readonly text: string;
  readonly date: Date;
}

/** Reads a time as Go's `time.Parse(time.RFC3339, …)` does, which is more lenient than RFC 3339; undefined where Go refuses. */
export function parseTime(text: string): Stamp | undefined {
  const [, year, month, day, hour, minute, second, sign = '+', zoneHour = '00', zoneMinute = '00'] = shape.exec(text) ?? [];
  if (year === undefined || hour === undefined) return undefined;
  const local = `${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute}:${second}`;
  const date = new Date(`${local}Z`);
  const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(local);
  if (!isReal || Number(zoneHour) > 24 || Number(zoneMinute) > 59) return undefined;
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1);
  const zone = offset === 0 ? 'Z' : `${sign}${zoneHour}:${zoneMinute}`;
  return { text: `${local}${zone}`, date: new Date(date.getTime() - offset * 60_000) };
}

/** A moment as sops writes it: RFC 3339 in UTC, without fractions of a second. */
export const printTime = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
