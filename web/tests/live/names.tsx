import { usePatientsQuery } from "../../src/generated/tanstack";

/** The example of the README. */
export function Names() {
  const { data, error } = usePatientsQuery({ first: 5 });
  if (error) {
    return <p role="alert">{error.code}</p>;
  }
  return (
    <ul>
      {data?.patients?.nodes.map(({ id, displayCode, identity }) => (
        <li key={id} title={displayCode}>
          {identity?.__typename === "PatientIdentity" ? identity.fullName : identity?.reason}
        </li>
      ))}
    </ul>
  );
}
