const shape = /^(\d{4}-\d\d-\d\d)T(\d\d?)(:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A time of the metadata: RFC 3339 as Go prints it, without fractions of a second, and the moment it names. */
export interface Stamp {
  readonly text: string;
  readonly date: Date;
}

/** Reads a time as Go's `time.Parse(time.RFC3339, …)` does, which is more lenient than RFC 3339; undefined where Go refuses. */
export function parseTime(text: string): Stamp | undefined {
  const parts = shape.exec(text);
  if (!parts) return undefined;
  const [, day = '', hour = '', rest = '', zone = ''] = parts;
  const local = `${day}T${hour.padStart(2, '0')}${rest}`;
  const date = new Date(`${local}Z`);
  const offset = offsetOf(zone);
  if (offset === undefined || Number.isNaN(date.getTime()) || !date.toISOString().startsWith(local)) return undefined;
  return { text: local + printOffset(offset), date: new Date(date.getTime() - offset * 60_000) };
}

/** Minutes east of Greenwich; Go takes a whole day and a whole hour as well. */
function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 24 || minutes > 60) return undefined;
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1);
}

function printOffset(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A moment as sops writes it: RFC 3339 in UTC, without fractions of a second. */
export const printTime = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
