import type { CareTeamPlaceFragment } from "../../generated/graphql";
import { moment } from "../../words/moments";
import { TEAM_ROLES } from "../../words/people";

/** Who treats the patient. */
export function CareTeam({ places }: { places: readonly CareTeamPlaceFragment[] }) {
  return (
    <section aria-labelledby="care-team">
      <h2 id="care-team">Care team</h2>
      {places.length === 0 ? (
        <p>Nobody treats the patient.</p>
      ) : (
        <ul className="team">
          {places.map((place) => (
            <li key={place.id}>
              <strong>{place.practitioner?.professionalName ?? "Somebody"}</strong>
              <span>{TEAM_ROLES[place.role]}</span>
              <span className="since">
                since {moment(place.startsAt)}
                {place.endsAt && `, until ${moment(place.endsAt)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
