import type { EventSourceMappings } from '../event-source-mappings.ts';
import { invalidParameterValue, noSuchMapping } from '../lambda-error.ts';

/** The mappings of one region, as that region's endpoint knows them. */
export function mappingsIn(region: string, mappings: EventSourceMappings): EventSourceMappings {
  const isHere = (arn: string) => arn.split(':')[3] === region;
  const here = async (uuid: string) => {
    const mapping = await mappings.get(uuid);
    if (!isHere(mapping.EventSourceMappingArn)) throw noSuchMapping();
    return mapping;
  };
  return {
    create: async (input) => {
      const { EventSourceArn: arn = '' } = input;
      if (arn.split(':')[2] === 'kinesis' && !isHere(arn)) {
        throw invalidParameterValue(`Expected an event source in ${region}, got ${arn}`);
      }
      return mappings.create(input);
    },
    get: here,
    list: async () => (await mappings.list()).filter((mapping) => isHere(mapping.EventSourceMappingArn)),
    update: async (uuid, input) => {
      await here(uuid);
      return mappings.update(uuid, input);
    },
    delete: async (uuid) => {
      await here(uuid);
      return mappings.delete(uuid);
    },
    tags: async (uuid) => {
      await here(uuid);
      return mappings.tags(uuid);
    },
    setTags: async (uuid, tags) => {
      await here(uuid);
      await mappings.setTags(uuid, tags);
    },
  };
}
