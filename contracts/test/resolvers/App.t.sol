// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { AppTerms, IAppResolver } from "../../src/resolvers/IAppResolver.sol";
import {
    IForceMoveApp,
    RecoveredVariablePart,
    Signature,
    SignedVariablePart,
    SingleAssetExit,
    Allocation,
    VariablePart
} from "../../src/resolvers/IForceMoveApp.sol";
import { AppFixture } from "./AppFixture.sol";
import { AnythingApp, RevertingApp } from "./Apps.sol";

contract AppTest is AppFixture {
    uint64 private constant AFTER_DEADLINE = uint64(APP_DEADLINE) + 1;

    // ---- terms ----

    function test_nonce_isMadeOfChainResolverAssetStakesAndDeadline() public view {
        AppTerms memory t = terms();
        bytes32 hash = keccak256(
            abi.encode(
                block.chainid,
                resolver,
                t.asset,
                t.stake0.destination,
                t.stake0.amount,
                t.stake1.destination,
                t.stake1.amount,
                t.deadline
            )
        );
        assertEq(t.fixedPart.channelNonce, uint64(uint256(hash)));
    }

    function test_id_carriesTheDeadlineAndCommitsToTheTerms() public view {
        AppTerms memory t = terms();
        uint256 rest = uint256(keccak256(abi.encode(t))) & ((1 << 216) - 1);
        assertEq(resolver.idOf(t), bytes32(uint256(t.deadline) << 216 | rest));
    }

    function test_anotherDeadline_isRefused() public {
        AppTerms memory t = terms();
        t.deadline += 1;
        refusesNonce(t);
    }

    function test_anotherAsset_isRefused() public {
        AppTerms memory t = terms();
        t.asset = address(token);
        refusesNonce(t);
    }

    function test_otherStakes_areRefused() public {
        AppTerms memory t = terms();
        t.stake0.amount += 1;
        refusesNonce(t);
        t = terms();
        t.stake1.amount += 1;
        refusesNonce(t);
        t = terms();
        t.stake0.destination = bytes32("other");
        refusesNonce(t);
        t = terms();
        t.stake1.destination = bytes32("other");
        refusesNonce(t);
    }

    function test_anotherChain_isRefused() public {
        AppTerms memory t = terms();
        vm.chainId(999);
        refusesNonce(t);
    }

    function test_anotherResolver_isRefused() public {
        AppTerms memory t = terms();
        resolver = IAppResolver(deployCode("AppResolver.sol:AppResolver"));
        refusesNonce(t);
    }

    function test_oneOrThreePlayers_areRefused() public {
        AppTerms memory t = terms();
        t.fixedPart.participants = new address[](1);
        t.fixedPart.participants[0] = player0;
        refusesTerms(t);
        t.fixedPart.participants = new address[](3);
        (t.fixedPart.participants[0], t.fixedPart.participants[1]) = (player0, player1);
        refusesTerms(t);
    }

    function test_playingAgainstOneself_isRefused() public {
        AppTerms memory t = terms();
        t.fixedPart.participants[1] = player0;
        refusesTerms(t);
    }

    function test_stakesTooLargeToPay_areRefused() public {
        AppTerms memory t = terms();
        t.stake0.amount = type(uint128).max - 39;
        renew(t);
        refusesTerms(t);
        t.stake0.amount -= 1;
        renew(t);
        VariablePart memory v = part(t, 7, 0, type(uint128).max);
        v.isFinal = true;
        resolver.conclude(t, signedByBoth(t, v));
        assertPayout(t, 0, true, type(uint128).max - 40);
    }

    // ---- challenge ----

    function test_challenge_countsOnceItRanOut() public {
        AppTerms memory t = terms();
        challenge(t, 5, 45);
        assertState(t, 5, uint64(block.timestamp) + ANSWER, 0, 15);
        skip(ANSWER - 1);
        assertPayout(t, 0, false, 0);
        skip(1);
        assertPayout(t, 0, true, 15);
        assertPayout(t, 1, true, 0);
        assertPayout(t, 2, true, 0);
    }

    function test_challenge_paysTheOtherWayToo() public {
        AppTerms memory t = terms();
        challenge(t, 5, 77);
        skip(ANSWER);
        assertPayout(t, 0, true, 0);
        assertPayout(t, 1, true, 17);
    }

    function test_challenge_tellsTheStateInAnEvent() public {
        AppTerms memory t = terms();
        SignedVariablePart[] memory proof = only(move(t, 4, 45));
        SignedVariablePart memory s = move(t, 5, 45);
        vm.expectEmit(true, true, true, true, address(resolver));
        emit IAppResolver.ChallengeRegistered(resolver.idOf(t), 5, uint64(block.timestamp) + ANSWER, 0, 15, proof, s);
        resolver.challenge(t, proof, s, challengeSignature(t, s, KEY1));
    }

    function test_challenge_isAnsweredByANewerState() public {
        AppTerms memory t = terms();
        challenge(t, 5, 45);
        skip(ANSWER - 1);
        challenge(t, 6, 40);
        assertState(t, 6, uint64(block.timestamp) + ANSWER, 0, 20);
    }

    function test_challenge_refusesTheSameTurnWhileOneRuns() public {
        AppTerms memory t = terms();
        challenge(t, 5, 45);
        refusesStale(t, 5, 5);
        challenge(t, 5, 45);
    }

    function test_challenge_takesTheSameTurnOnceCheckpointed() public {
        AppTerms memory t = terms();
        checkpoint(t, 5, 45);
        challenge(t, 5, 45);
        assertState(t, 5, uint64(block.timestamp) + ANSWER, 0, 15);
    }

    function test_challenge_refusesAnOlderTurn() public {
        AppTerms memory t = terms();
        checkpoint(t, 5, 45);
        refusesStale(t, 5, 4);
        challenge(t, 4, 45);
    }

    function test_challenge_refusesAStranger() public {
        AppTerms memory t = terms();
        SignedVariablePart memory s = move(t, 5, 45);
        Signature memory signature = challengeSignature(t, s, keyStranger);
        refuses(abi.encodeWithSelector(IAppResolver.NotParticipant.selector, resolver.idOf(t), stranger));
        resolver.challenge(t, only(move(t, 4, 45)), s, signature);
    }

    function test_challenge_refusesTheMoversSignatureForOne() public {
        AppTerms memory t = terms();
        SignedVariablePart memory s = move(t, 5, 45);
        bytes32 digest = personal(keccak256(abi.encode(stateHash(t, s.variablePart), "forceMove")));
        address other = ecrecover(digest, s.sigs[0].v, s.sigs[0].r, s.sigs[0].s);
        refuses(abi.encodeWithSelector(IAppResolver.NotParticipant.selector, resolver.idOf(t), other));
        resolver.challenge(t, only(move(t, 4, 45)), s, s.sigs[0]);
    }

    function test_challenge_refusesOnceFinal() public {
        AppTerms memory t = terms();
        challenge(t, 5, 45);
        skip(ANSWER);
        refusesFinal(t);
        challenge(t, 6, 45);
    }

    function test_challenge_refusesAfterTheDeadlineIfNothingWasShown() public {
        AppTerms memory t = terms();
        vm.warp(AFTER_DEADLINE);
        refusesFinal(t);
        challenge(t, 5, 45);
    }

    // ---- checkpoint ----

    function test_checkpoint_clearsAChallenge() public {
        AppTerms memory t = terms();
        challenge(t, 5, 45);
        vm.expectEmit(true, true, true, true, address(resolver));
        emit IAppResolver.Checkpointed(resolver.idOf(t), 6, AFTER_DEADLINE, 1, 5);
        checkpoint(t, 6, 65);
        skip(ANSWER);
        assertPayout(t, 0, false, 0);
        vm.warp(AFTER_DEADLINE);
        assertPayout(t, 1, true, 5);
    }

    function test_checkpoint_refusesWhatIsNotNewer() public {
        AppTerms memory t = terms();
        checkpoint(t, 5, 45);
        refusesStale(t, 5, 5);
        checkpoint(t, 5, 45);
        refusesStale(t, 5, 4);
        checkpoint(t, 4, 45);
    }

    function test_checkpoint_refusesOnceFinal() public {
        AppTerms memory t = terms();
        conclude(t, 5, 45);
        refusesFinal(t);
        checkpoint(t, 6, 45);
    }

    // ---- conclude ----

    function test_conclude_isFinalAtOnce() public {
        AppTerms memory t = terms();
        vm.expectEmit(true, true, true, true, address(resolver));
        emit IAppResolver.Concluded(resolver.idOf(t), 5, uint64(block.timestamp), 0, 60);
        conclude(t, 5, 0);
        assertPayout(t, 0, true, 60);
    }

    function test_conclude_atTheStakesHasNoLoser() public {
        AppTerms memory t = terms();
        conclude(t, 5, 60);
        assertState(t, 5, uint64(block.timestamp), 0, 0);
    }

    function test_conclude_needsNoApp() public {
        app = address(0xdead);
        AppTerms memory t = terms();
        conclude(t, 5, 100);
        assertPayout(t, 1, true, 40);
    }

    function test_conclude_endsAChallengeWhateverItsTurn() public {
        AppTerms memory t = terms();
        challenge(t, 9, 45);
        conclude(t, 5, 100);
        assertState(t, 5, uint64(block.timestamp), 1, 40);
    }

    function test_conclude_refusesOneSignature() public {
        AppTerms memory t = terms();
        VariablePart memory v = part(t, 5, 100, 0);
        v.isFinal = true;
        SignedVariablePart memory s = signedBy(t, v, KEY0);
        refuses(abi.encodeWithSelector(IAppResolver.NotUnanimous.selector, resolver.idOf(t), 1));
        resolver.conclude(t, s);
        s = signedBy(t, v, KEY1);
        refuses(abi.encodeWithSelector(IAppResolver.NotUnanimous.selector, resolver.idOf(t), 2));
        resolver.conclude(t, s);
        s = signedBy(t, v, keyStranger);
        refuses(abi.encodeWithSelector(IAppResolver.NotUnanimous.selector, resolver.idOf(t), 0));
        resolver.conclude(t, s);
    }

    function test_conclude_refusesAStateThatIsNotTheLast() public {
        AppTerms memory t = terms();
        SignedVariablePart memory s = signedByBoth(t, part(t, 5, 100, 0));
        refuses(abi.encodeWithSelector(IAppResolver.NotLastState.selector, resolver.idOf(t), 5));
        resolver.conclude(t, s);
    }

    function test_conclude_refusesOnceFinal() public {
        AppTerms memory t = terms();
        conclude(t, 5, 0);
        refusesFinal(t);
        conclude(t, 6, 100);
    }

    // ---- the deadline ----

    function test_deadline_endsWhatNobodyShowedAtTheStakes() public {
        AppTerms memory t = terms();
        assertState(t, 0, AFTER_DEADLINE, 0, 0);
        vm.warp(APP_DEADLINE);
        assertPayout(t, 0, false, 0);
        assertPayout(t, 1, false, 0);
        vm.warp(AFTER_DEADLINE);
        assertPayout(t, 0, true, 0);
        assertPayout(t, 1, true, 0);
    }

    function test_deadline_endsAtTheLastStateShown() public {
        AppTerms memory t = terms();
        checkpoint(t, 5, 45);
        vm.warp(APP_DEADLINE);
        assertPayout(t, 0, false, 0);
        vm.warp(AFTER_DEADLINE);
        assertPayout(t, 0, true, 15);
    }

    /// @dev Who shows an old state at the last moment does not win by it.
    function test_deadline_leavesTimeToAnswerWhatIsCheckpointedJustBefore() public {
        AppTerms memory t = terms();
        vm.warp(APP_DEADLINE);
        checkpoint(t, 5, 100);
        assertState(t, 5, uint64(APP_DEADLINE) + ANSWER, 1, 40);
        skip(ANSWER - 1);
        checkpoint(t, 8, 0);
        assertState(t, 8, uint64(APP_DEADLINE) + ANSWER, 0, 60);
        skip(1);
        assertPayout(t, 0, true, 60);
    }

    function test_deadline_leavesTimeToAnswerAChallenge() public {
        AppTerms memory t = terms();
        vm.warp(APP_DEADLINE);
        challenge(t, 5, 100);
        skip(ANSWER - 1);
        challenge(t, 8, 0);
        assertState(t, 8, uint64(APP_DEADLINE) + ANSWER, 0, 60);
        skip(1);
        assertPayout(t, 0, true, 60);
    }

    /// @dev A mover who signed two moves for one turn cannot bring the second when there is no time left to answer it.
    function test_deadline_takesNoOtherStateOfTheSameTurnAfterIt() public {
        AppTerms memory t = terms();
        vm.warp(APP_DEADLINE);
        checkpoint(t, 5, 45);
        skip(1);
        refusesStale(t, 5, 5);
        challenge(t, 5, 100);
        challenge(t, 6, 100);
        assertState(t, 6, uint64(APP_DEADLINE) + ANSWER, 1, 40);
    }

    // ---- support ----

    function test_unsupported_isRefused() public {
        AppTerms memory t = terms();
        SignedVariablePart[] memory proof = only(move(t, 3, 45));
        SignedVariablePart memory s = move(t, 5, 45);
        Signature memory signature = challengeSignature(t, s, KEY0);
        refuses(abi.encodeWithSelector(IAppResolver.NotSupported.selector, resolver.idOf(t), "not the next turn"));
        resolver.checkpoint(t, proof, s);
        refuses(abi.encodeWithSelector(IAppResolver.NotSupported.selector, resolver.idOf(t), "not the next turn"));
        resolver.challenge(t, proof, s, signature);
    }

    function test_revertingApp_isHeard() public {
        app = address(new RevertingApp());
        AppTerms memory t = terms();
        SignedVariablePart memory s = move(t, 5, 45);
        vm.expectRevert("against the rules");
        resolver.checkpoint(t, only(s), s);
    }

    function test_app_isShownWhoSignedWhat() public {
        app = address(new AnythingApp());
        AppTerms memory t = terms();
        SignedVariablePart[] memory proof = new SignedVariablePart[](2);
        proof[0] = signedByBoth(t, part(t, 3, 45, 55));
        proof[1] = signedBy(t, part(t, 4, 45, 55), keyStranger);
        SignedVariablePart memory s = signedBy(t, part(t, 5, 45, 55), KEY1);
        RecoveredVariablePart[] memory shown = new RecoveredVariablePart[](2);
        shown[0] = RecoveredVariablePart(proof[0].variablePart, 3);
        shown[1] = RecoveredVariablePart(proof[1].variablePart, 0);
        vm.expectCall(
            app,
            abi.encodeCall(
                IForceMoveApp.stateIsSupported, (t.fixedPart, shown, RecoveredVariablePart(s.variablePart, 2))
            )
        );
        resolver.checkpoint(t, proof, s);
    }

    function test_malformedSignature_isRefused() public {
        AppTerms memory t = terms();
        SignedVariablePart memory s = move(t, 5, 45);
        s.sigs[0].v = 29;
        bytes32 digest = personal(stateHash(t, s.variablePart));
        refuses(abi.encodeWithSelector(IAppResolver.BadSignature.selector, digest));
        resolver.checkpoint(t, only(move(t, 4, 45)), s);
    }

    /// @dev Every field of a state is signed: a changed one has no signer that counts.
    function test_changedState_losesItsSignatures() public {
        AppTerms memory t = terms();
        VariablePart memory v = part(t, 5, 45, 55);
        v.isFinal = true;
        SignedVariablePart memory s = signedByBoth(t, v);
        s.variablePart.appData = "other";
        refusesNobody(t, s);
        s = signedByBoth(t, v);
        s.variablePart.turnNum = 6;
        refusesNobody(t, s);
        s = signedByBoth(t, part(t, 5, 45, 55));
        s.variablePart.isFinal = true;
        refusesNobody(t, s);
        v = part(t, 5, 45, 55);
        v.isFinal = true;
        s = signedByBoth(t, v);
        s.variablePart.outcome[0].allocations[0].amount = 60;
        refusesNobody(t, s);
    }

    /// @dev A state signed for one set of terms is not of another: the nonce differs.
    function test_stateOfOtherTerms_isRefused() public {
        AppTerms memory t = terms();
        AppTerms memory other = terms();
        other.deadline += 1;
        renew(other);
        VariablePart memory v = part(t, 5, 45, 55);
        v.isFinal = true;
        refusesNobody(other, signedByBoth(t, v));
    }

    // ---- outcomes ----

    function test_outcome_ofTwoAssets_isRefused() public {
        AppTerms memory t = terms();
        VariablePart memory v = part(t, 5, 45, 55);
        SingleAssetExit memory exit = v.outcome[0];
        v.outcome = new SingleAssetExit[](2);
        (v.outcome[0], v.outcome[1]) = (exit, exit);
        refusesOutcome(t, v);
        v.outcome = new SingleAssetExit[](0);
        refusesOutcome(t, v);
    }

    function test_outcome_ofAnotherAsset_isRefused() public {
        AppTerms memory t = terms();
        VariablePart memory v = part(t, 5, 45, 55);
        v.outcome[0].asset = address(token);
        refusesOutcome(t, v);
        v = part(t, 5, 45, 55);
        v.outcome[0].assetMetadata.assetType = 1;
        refusesOutcome(t, v);
    }

    function test_outcome_withOtherPayees_isRefused() public {
        AppTerms memory t = terms();
        VariablePart memory v = part(t, 5, 45, 55);
        v.outcome[0].allocations[0].destination = bytes32("other");
        refusesOutcome(t, v);
        v = part(t, 5, 45, 55);
        v.outcome[0].allocations[1].destination = t.stake0.destination;
        refusesOutcome(t, v);
        v = part(t, 5, 45, 55);
        Allocation[] memory three = new Allocation[](3);
        (three[0], three[1]) = (v.outcome[0].allocations[0], v.outcome[0].allocations[1]);
        v.outcome[0].allocations = three;
        refusesOutcome(t, v);
        Allocation[] memory one = new Allocation[](1);
        one[0] = Allocation(t.stake0.destination, 100, 0, "");
        v.outcome[0].allocations = one;
        refusesOutcome(t, v);
    }

    function test_outcome_ofAnotherKind_isRefused() public {
        AppTerms memory t = terms();
        VariablePart memory v = part(t, 5, 45, 55);
        v.outcome[0].allocations[0].allocationType = 2;
        refusesOutcome(t, v);
        v = part(t, 5, 45, 55);
        v.outcome[0].allocations[1].allocationType = 1;
        refusesOutcome(t, v);
    }

    function test_outcome_thatMakesOrLosesMoney_isRefused() public {
        AppTerms memory t = terms();
        refusesOutcome(t, part(t, 5, 45, 56));
        refusesOutcome(t, part(t, 5, 45, 54));
        refusesOutcome(t, part(t, 5, 101, 0));
        refusesOutcome(t, part(t, 5, type(uint256).max, 101));
    }

    function test_outcome_ofAChallengeOrCheckpoint_isLookedAtToo() public {
        app = address(new AnythingApp());
        AppTerms memory t = terms();
        SignedVariablePart memory s = signedByBoth(t, part(t, 5, 45, 56));
        Signature memory signature = challengeSignature(t, s, KEY0);
        refuses(abi.encodeWithSelector(IAppResolver.BadOutcome.selector, resolver.idOf(t)));
        resolver.checkpoint(t, only(s), s);
        refuses(abi.encodeWithSelector(IAppResolver.BadOutcome.selector, resolver.idOf(t)));
        resolver.challenge(t, only(s), s, signature);
    }

    // ---- what always holds ----

    /// @dev What one side pays the other gets: never both, never more than was staked.
    function testFuzz_payout_isWhatOneLost(uint128 had0, uint128 had1, uint256 has0) public {
        had1 = uint128(bound(had1, 0, type(uint128).max - had0));
        uint256 total = uint256(had0) + had1;
        has0 = bound(has0, 0, total);
        AppTerms memory t = terms();
        (t.stake0.amount, t.stake1.amount) = (had0, had1);
        renew(t);
        VariablePart memory v = part(t, 5, has0, total - has0);
        v.isFinal = true;
        resolver.conclude(t, signedByBoth(t, v));
        (, uint128 paid0) = resolver.payout(resolver.idOf(t), 0);
        (, uint128 paid1) = resolver.payout(resolver.idOf(t), 1);
        assertEq(uint256(had0) - paid0 + paid1, has0);
        assertEq(uint256(had1) - paid1 + paid0, total - has0);
        assertTrue(paid0 == 0 || paid1 == 0);
    }

    /// @dev Any calls at any times, the players signing whatever: a final answer is never taken back, and it is final by the
    /// deadline and one answer's time, whatever happens.
    function testFuzz_final_isForGood(uint256[12] memory seeds) public {
        app = address(new AnythingApp());
        AppTerms memory t = terms();
        bytes32 id = resolver.idOf(t);
        (bool wasFinal, uint128 was0, uint128 was1) = (false, 0, 0);
        for (uint256 i; i < seeds.length; ++i) {
            skip(seeds[i] % (i % 3 == 0 ? 4000 : 1000));
            act(t, seeds[i] >> 32);
            (bool isFinal, uint128 paid0) = resolver.payout(id, 0);
            (, uint128 paid1) = resolver.payout(id, 1);
            if (wasFinal) {
                assertTrue(isFinal);
                assertEq(paid0, was0);
                assertEq(paid1, was1);
            }
            if (block.timestamp > uint256(APP_DEADLINE) + ANSWER) assertTrue(isFinal);
            (wasFinal, was0, was1) = (isFinal, paid0, paid1);
        }
    }

    function act(AppTerms memory t, uint256 seed) private {
        uint48 turn = uint48(seed % 8);
        VariablePart memory v = part(t, turn, (seed >> 8) % 101, 100 - (seed >> 8) % 101);
        v.isFinal = true;
        SignedVariablePart memory s = signedByBoth(t, v);
        Signature memory signature = challengeSignature(t, s, KEY1);
        uint256 what = (seed >> 64) % 16;
        if (what < 7) {
            try resolver.challenge(t, only(s), s, signature) { } catch { }
        } else if (what < 14) {
            try resolver.checkpoint(t, only(s), s) { } catch { }
        } else {
            try resolver.conclude(t, s) { } catch { }
        }
    }

    // ---- refusals ----

    function refusesNonce(AppTerms memory t) private {
        uint64 expected = resolver.channelNonce(t.asset, t.stake0, t.stake1, t.deadline);
        assertNotEq(expected, t.fixedPart.channelNonce);
        refusesToConclude(
            t, abi.encodeWithSelector(IAppResolver.WrongNonce.selector, expected, t.fixedPart.channelNonce)
        );
        SignedVariablePart memory s = move(t, 5, 45);
        Signature memory signature = challengeSignature(t, s, KEY0);
        refuses(abi.encodeWithSelector(IAppResolver.WrongNonce.selector, expected, t.fixedPart.channelNonce));
        resolver.checkpoint(t, only(s), s);
        refuses(abi.encodeWithSelector(IAppResolver.WrongNonce.selector, expected, t.fixedPart.channelNonce));
        resolver.challenge(t, only(s), s, signature);
    }

    function refusesTerms(AppTerms memory t) private {
        refusesToConclude(t, abi.encodeWithSelector(IAppResolver.BadTerms.selector));
    }

    function refusesToConclude(AppTerms memory t, bytes memory encodedError) private {
        VariablePart memory v = part(t, 5, 45, 55);
        v.isFinal = true;
        refuses(encodedError);
        resolver.conclude(t, signedByBoth(t, v));
    }

    function refusesNobody(AppTerms memory t, SignedVariablePart memory s) private {
        refuses(abi.encodeWithSelector(IAppResolver.NotUnanimous.selector, resolver.idOf(t), 0));
        resolver.conclude(t, s);
    }

    function refusesOutcome(AppTerms memory t, VariablePart memory v) private {
        v.isFinal = true;
        SignedVariablePart memory s = signedByBoth(t, v);
        refuses(abi.encodeWithSelector(IAppResolver.BadOutcome.selector, resolver.idOf(t)));
        resolver.conclude(t, s);
    }

    function refusesFinal(AppTerms memory t) private {
        refuses(abi.encodeWithSelector(IAppResolver.AppFinal.selector, resolver.idOf(t)));
    }

    function refusesStale(AppTerms memory t, uint48 shown, uint48 given) private {
        refuses(abi.encodeWithSelector(IAppResolver.StaleTurn.selector, resolver.idOf(t), shown, given));
    }
}
