// The figures that a case can give, and how they are read.

/** What can be measured, with its unit. */
export const metrics = {
  cpuMicros: { title: 'server CPU', unit: 'µs', digits: 2, better: 'less' },
  perSecond: { title: 'throughput', unit: '/s', digits: 0, better: 'more' },
  p50Ms: { title: 'p50', unit: 'ms', digits: 2, better: 'less' },
  p99Ms: { title: 'p99', unit: 'ms', digits: 2, better: 'less' },
  p99Change: { title: 'p99 compared with before', unit: '×', digits: 2, better: 'less' },
  arrivedPercent: { title: 'arrived', unit: '%', digits: 1, better: 'more' },
  heldMbEach: { title: 'memory held per stalled client', unit: 'MB', digits: 2, better: 'less' },
  missing: { title: 'missing or out of order', unit: 'messages', digits: 0, better: 'less' },
  busiestPercent: { title: 'returns in the busiest 100 ms', unit: '%', digits: 1, better: 'less' },
  upSeconds: { title: 'time until all are connected', unit: 's', digits: 1, better: 'less' },
  closed: { title: 'disconnected', unit: 'clients', digits: 0, better: 'less' },
  silenceSeconds: { title: 'longest time between pings', unit: 's', digits: 1, better: 'less' },
  corePercent: { title: 'CPU per 10,000 clients', unit: '% of a core', digits: 2, better: 'less' },
  viaRedisPerSecond: { title: 'messages through Redis', unit: '/s', digits: 0, better: 'more' },
  redisMicros: { title: 'Redis CPU per message', unit: 'µs', digits: 1, better: 'less' },
  strayBytes: {
    title: 'traffic from Redis to a process without receivers',
    unit: 'B per message',
    digits: 2,
    better: 'less',
  },
  heapKbEach: { title: 'heap per client', unit: 'KB', digits: 2, better: 'less' },
  rssKbEach: { title: 'RSS per client', unit: 'KB', digits: 2, better: 'less' },
  heapMb: { title: 'heap', unit: 'MB', digits: 1, better: 'less' },
  rssMb: { title: 'peak RSS', unit: 'MB', digits: 1, better: 'less' },
} as const;

export type Metric = keyof typeof metrics;
export type Figures = Readonly<Partial<Record<Metric, number>>>;

export const allMetrics = Object.keys(metrics) as readonly Metric[];

/** What a chart calls a figure. `per` is what CPU is counted by. */
export function chartTitleOf(metric: Metric, per: string): string {
  const { title } = metrics[metric];
  return metric === 'cpuMicros' ? `${title} per ${per}` : title;
}

/** The value in the middle; the upper one of two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that so great a part of all do not exceed. @throws RangeError when there are none */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (value === undefined) throw new RangeError('no figure was measured');
  return value;
}

/** The one that speaks most against whoever was measured. @throws RangeError when there are none */
export function worst(values: readonly number[], metric: Metric): number {
  return quantile(values, metrics[metric].better === 'less' ? 1 : 0);
}
