/** Who buys in the dummy sales. */
export const DUMMY_CUSTOMERS = [
  'Aarakocra',
  'Centaur',
  'Dragonborn',
  'Dwarf',
  'Firbolg',
  'Genasi',
  'Gnome',
  'Goblin',
  'Halfling',
  'Kenku',
  'Kobold',
  'Lizardfolk',
  'Minotaur',
  'Tabaxi',
  'Tiefling',
  'Triton',
] as const;
