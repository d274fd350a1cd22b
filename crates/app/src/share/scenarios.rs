//! The published scenarios (www/scenarios) as links, so that the page opens one without fetching anything.
//!
//! Invariant: each is its file's title and timeline; a test compares them. Expectations and words between the steps are the
//! command line's and the element's. Not here: how a link is opened (see `state::sharing`).

/// Each scenario's title and link, in the order in which the case study is told.
pub const SCENARIOS: [(&str, &str); 15] = [
    (
        "A rack under maintenance, and one crash",
        "s1=0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1_t1_t4_t3_g",
    ),
    ("Had A102 stopped cleanly", "s1=0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_s1_t1_t4"),
    (
        "Revive does not help while nodes are missing",
        "s1=0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1_t1_v0_r",
    ),
    (
        "The roster is reset when A102 returns",
        "s1=0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1_t1_l0.1-0~2_r_g",
    ),
    ("The roster is reset too early", "s1=0-0_a.n2S-main_1-A101~2.2-B101~1_s34_l0.1-0~2_r_s1_t1"),
    (
        "The roster is reset as soon as rack A is filled",
        "s1=0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_l0.1-0~2_r_g_c1",
    ),
    (
        "Server 6.0: the roster is reset when A102 returns",
        "s1=0-0_b.n2S-main_1-A101~2.2-B101~1_s34_g_c1_t1_l0.1-0~2_r_v0_r",
    ),
    (
        "Server 6.0: too early, and then a crash",
        "s1=0-0_b.n2S-main_1-A101~2.2-B101~1_s34_l0.1-0~2_r_c1_t1",
    ),
    ("A rolling restart, clean", "s1=0-0_a.n2S-main_0-A1~4_s0_t0_s1_t1_s2_t2_s3_t3_s4_t4_g"),
    ("A rolling restart, killed", "s1=0-0_a.n2S-main_0-A1~4_c0_t0_c1_t1_v0_r_g"),
    ("Two stops, the second during the first rebalance", "s1=0-0_a.n2S-main_0-A1~4_~s0_s1_t01_g"),
    ("Removing a node for good", "s1=0-0_a.n2S-main_0-A1~4_s0_g_o0_r_g_s1"),
    ("The link between two racks is cut", "s1=0-0_a.n2S-main_1-A1~2.2-B1~2_k0~2.3~5_h_g"),
    (
        "The same cut for a consistent and for an available namespace",
        "s1=0-0_a.n2S-orders.n2A-cache_1-A1~2.2-B1~2_i0.50149955959c2fef0a83613ae80c78bb9c96b269_i1.~0_k0~2.3~5_i0.~0.0_i0.~0.3_i1.~0.0_i1.~0.3_h_g_dl0.~0",
    ),
    (
        "From 3.12 past 3.13, and why there is no way back",
        "s1=0-0_a.n2A-main_0-A1~2=vufmyo_i0.5215c477e733ce9d522fb709bd0232eee6b53ae7_s0_e13zs3k.0_s0_euh1j4.0_g_s1_euh1j4.1_g_s2_euh1j4.2_g_b_s0_e13zs3k.0_s1_e13zs3k.1_s2_eufmyo.2_s2_e13zs3k.2_g_ds0.~0",
    ),
];

#[cfg(test)]
mod tests {
    use rosterlab_scenario::{Scenario, share};

    use super::*;

    #[test]
    fn every_published_scenario_is_there_as_its_file_has_it() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/scenarios");
        let mut files = 0;
        let paths = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        // Those of several sites have a folder of their own; the page has none of them.
        for path in paths.filter(|path| path.is_file()) {
            let scenario = Scenario::parse(&std::fs::read(&path).unwrap()).unwrap();
            let timeline = scenario.timeline().unwrap();
            let link = share::write(&timeline).unwrap();
            // The version and the check of a published link would be those of an older engine some day.
            let link = format!("s1=0-0_{}", link.split_once('_').unwrap().1);
            let expected = (&*scenario.title, link.as_str());
            assert!(SCENARIOS.contains(&expected), "{}: {expected:?}", path.display());
            files += 1;
        }
        assert_eq!(files, SCENARIOS.len());
        for (title, link) in SCENARIOS {
            assert_eq!(share::read(link).unwrap().differs, None, "{title}");
        }
    }
}
