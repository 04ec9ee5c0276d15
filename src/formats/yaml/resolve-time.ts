const layout = /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt](\d\d?):(\d\d?):(\d\d?)([.,]\d+)?(Z|[+-]\d\d:\d\d)| +(\d\d?):(\d\d?):(\d\d?)([.,]\d+)?)?$/;

/**
 * A timestamp as go-yaml v3 reads it (its `allowedTimestampFormats`), as Go's `time.MarshalText` prints it. Undefined where the text is none; empty where
 * Go reads it but cannot print it.
 */
export function timestamp(text: string): string | undefined {
  const parts = layout.exec(text);
  if (parts === null) return undefined;
  const [year, month, day] = [1, 2, 3].map((at) => Number(parts[at]));
  const [hour, minute, second] = [4, 5, 6].map((at) => Number(parts[at] ?? parts[at + 5] ?? 0));
  if (!isDate(year, month, day) || !isClock(hour, minute, second)) return undefined;
  const zone = zoneText(parts[8] ?? 'Z');
  if (!zone) return zone;
  const date = [year, month, day].map((part, at) => pad(part, at === 0 ? 4 : 2)).join('-');
  const clock = [hour, minute, second].map((part) => pad(part, 2)).join(':');
  return `${date}T${clock}${fraction(parts[7] ?? parts[12] ?? '')}${zone}`;
}

const pad = (part: number | undefined, width: number): string => String(part).padStart(width, '0');

/** Nanoseconds, without the zeros at the end. */
function fraction(written: string): string {
  const digits = written.slice(1, 10).replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
}

function zoneText(zone: string): string | undefined {
  if (zone === 'Z') return zone;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 24 || minutes > 60) return undefined;
  const offset = hours * 60 + minutes;
  if (offset === 0) return 'Z';
  return offset >= 24 * 60 ? '' : `${zone.charAt(0)}${pad(Math.floor(offset / 60), 2)}:${pad(offset % 60, 2)}`;
}

const isClock = (hour = 0, minute = 0, second = 0): boolean => hour < 24 && minute < 60 && second < 60;

const isDate = (year = 0, month = 0, day = 0): boolean => month >= 1 && month <= 12 && day >= 1 && day <= daysIn(month, year);

function daysIn(month: number, year: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}
