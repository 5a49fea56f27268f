//! Backup and restore, as the document says, with what is in it before and after.

use super::{
    document::{commands, says, sentence},
    site::Site,
};

const LINKS: &str = "select count(*) from audit_links";
const LOOKS: &str = "select count(*) from audit_logs where action = 'VIEW'";

/// Puts up a server as the document says, with people in it.
fn installed(site: &Site) {
    let told = site.run(&commands("## First installation").join("\n"));
    assert!(told.contains("applied ") && told.contains("ok "), "migrated and verified: {told}");
    assert!(!told.contains("broken"), "{told}");
}

fn back_up(site: &Site) {
    site.run(&commands("## Back up").join("\n"));
}

/// Restores the newest backup into a database of this name, and returns what `verify` says about it.
fn restore(site: &Site, database: &str, roles: bool) -> std::process::Output {
    let blocks = commands("## Restore");
    let [make_roles, make_database, point_and_verify] = &blocks[..] else {
        panic!("three blocks: {blocks:?}")
    };
    if roles {
        site.run(make_roles);
    }
    site.run(&make_database.replace("consentry_restored", database));
    site.attempt(&point_and_verify.replace("consentry_restored", database))
}

#[track_caller]
fn assert_whole(told: &str) {
    assert!(told.lines().count() > 5, "everything is checked: {told}");
    assert!(told.lines().all(|line| line.starts_with("ok ")), "{told}");
}

#[test]
fn a_backup_is_restored_and_what_it_holds_is_still_proven() {
    let Some(mut site) = Site::new() else { return };
    installed(&site);
    site.run("consentry seed");

    // Everything begins with a history: sealed, vouched for, and served while it is backed up.
    site.serve().stop();
    let serving = site.serve();
    let seen = site.look();
    assert!(seen.contains("Marisol Elena Reyes"), "the clinician sees a name: {seen}");
    back_up(&site);
    // Names tell seconds, and the next one is made within the same.
    site.run("mv backups/*.dump backups/consentry-20260101T000000Z.dump");
    let in_the_older = site.query("consentry", LOOKS);
    site.look();
    serving.stop();
    back_up(&site);
    let in_the_newest = site.query("consentry", LOOKS);
    assert_ne!(in_the_older, in_the_newest, "looks were recorded after the first backup");

    // The newest one is the last word.
    let verified = restore(&site, "consentry_restored", false);
    assert_whole(&String::from_utf8_lossy(&verified.stdout));
    assert!(verified.status.success(), "verify finds nothing");
    assert_eq!(site.query("consentry_restored", LOOKS), in_the_newest, "every look is there");

    // The newest one is lost as well: somebody has to answer for what is missing.
    site.run("rm \"$(ls backups/*.dump | tail -n 1)\"");
    let verified = restore(&site, "consentry_older", false);
    assert_eq!(verified.status.code(), Some(1), "verify misses what the file of checkpoints knows");
    let older = "### After an older backup";
    let refusal = site.refused("consentry serve");
    assert!(says(&refusal, &sentence(older)), "{refusal}\nis not\n{}", sentence(older));
    assert_eq!(site.query("consentry_older", LOOKS), in_the_older, "nothing was served");
    let accepted = site.run(&commands(older).join("\n"));
    assert!(accepted.contains("the restore is recorded in checkpoint"), "{accepted}");
    let sealed = site.query("consentry_older", LINKS);
    looks_are_sealed(&site, "consentry_older", &sealed);

    // Another server counts transactions anew: the same record, in a new epoch.
    site.run(
        &commands("## Back up").join("\n").replace("\"$backup\" consentry", "\"$backup\" consentry_older"),
    );
    let held = site.query("consentry_older", LINKS);
    let looks = site.query("consentry_older", LOOKS);
    site.move_to_another_server();
    let verified = restore(&site, "consentry_restored", true);
    assert_whole(&String::from_utf8_lossy(&verified.stdout));
    assert_eq!(site.query("consentry_restored", LINKS), held, "every link is there");
    assert_eq!(site.query("consentry_restored", LOOKS), looks, "every look is there");
    looks_are_sealed(&site, "consentry_restored", &held);
    let epochs = "select min(epoch) || ' to ' || max(epoch) from audit_heads where position > 0";
    assert_eq!(site.query("consentry_restored", epochs), "2 to 2", "every chain goes on in a new epoch");
}

/// Serves, looks, stops; then what was looked at has its link, and everything is whole.
#[track_caller]
fn looks_are_sealed(site: &Site, database: &str, links_before: &str) {
    let serving = site.serve();
    assert!(site.look().contains("Marisol Elena Reyes"), "what was encrypted before is read");
    serving.stop();
    assert_whole(&site.run("consentry verify"));
    let links: u64 = site.query(database, LINKS).parse().expect("a count");
    assert!(links > links_before.parse().expect("a count"), "new looks are sealed");
    let open = "select count(*) from audit_logs l where not exists (
        select from audit_links k where k.tenant_id = l.tenant_id and k.id = l.id)";
    assert_eq!(site.query(database, open), "0", "no row waits for its link");
}

#[test]
fn without_the_key_nothing_opens_and_the_sentence_says_so() {
    let Some(site) = Site::new() else { return };
    installed(&site);
    site.run("consentry seed");
    let rows = "select (select count(*) from audit_logs) || ' ' || (select count(*) from encryption_keys)";
    let before = site.query("consentry", rows);
    for command in ["serve", "verify", "audit verify", "seed"] {
        let other = "export ENCRYPTION_KEY=$(head -c 32 /dev/urandom | base64)";
        assert_eq!(site.refused(&format!("{other}; consentry {command}")), sentence("## Keys"), "{command}");
        let refusal = site.refused(&format!("unset ENCRYPTION_KEY; consentry {command}"));
        assert!(refusal.starts_with("consentry: ENCRYPTION_KEY is not set"), "{command}: {refusal}");
    }
    assert_eq!(site.query("consentry", rows), before, "nothing was written");
    assert_whole(&site.run("consentry verify"));
}
