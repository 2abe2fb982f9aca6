// How all charts look.

export const ourColour = '#0b7a75';

export const chartStyle = {
  background: 'white',
  padding: 16,
  config: { font: 'system-ui, sans-serif', view: { stroke: null }, title: { anchor: 'start', offset: 16 } },
} as const;
