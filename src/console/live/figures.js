// Figures as people read them.

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const COUNT = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const PLAIN = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

/** The names of a thousand (or 1024) of each other, the smallest first. */
const SCALES = {
  Bytes: [1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']],
  Microseconds: [1000, ['µs', 'ms', 's']],
  Milliseconds: [1000, ['ms', 's']],
};

/** The time of day, from seconds since 1970. */
export function time(seconds) {
  return TIME.format(new Date(seconds * 1000));
}

/** A value with its unit: `shown` if the page asks for one, or that of the metric. Bytes and times choose theirs. */
export function format(value, unit, shown) {
  if (unit in SCALES) {
    const [step, names] = SCALES[unit];
    let name = 0;
    while (Math.abs(value) >= step && name < names.length - 1) {
      value /= step;
      name += 1;
    }
    return `${PLAIN.format(value)} ${names[name]}`;
  }
  if (shown) return `${PLAIN.format(value)} ${shown}`;
  if (unit === 'Percent') return `${PLAIN.format(value)} %`;
  if (unit === 'Seconds') return `${PLAIN.format(value)} s`;
  return COUNT.format(value);
}

/** The end of an axis on which `most` still is: 1, 2 or 5 times a power of ten. */
export function nice(most) {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= most);
}
