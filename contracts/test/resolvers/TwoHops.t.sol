// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { AppTerms } from "../../src/resolvers/IAppResolver.sol";
import { ChannelTerms, LaneLocks, Party, SignedLane, Unlock } from "../../src/interfaces/SluiceTypes.sol";
import { Reference } from "../support/Reference.sol";
import { AppFixture } from "./AppFixture.sol";

/// @notice Player 0, a hub and player 1; both stakes are locked on both hops.
contract TwoHopsTest is AppFixture {
    uint256 private constant HUB_KEY = 0x3333;
    address private hub = vm.addr(HUB_KEY);
    address private hubAccount = address(0xB0B0B0);
    address private account0 = address(0xA0A0A0);
    address private account1 = address(0xA1A1A1);

    /// @dev A channel, who of the two is its party a, and which lane carries which side's locks.
    struct Hop {
        ChannelTerms terms;
        uint256[2] keys;
        uint8 laneOfSide0;
    }

    Hop private first;
    Hop private second;

    function setUp() public override {
        super.setUp();
        first = open(Party(account0, player0), KEY0, Party(hubAccount, hub), HUB_KEY);
        second = open(Party(hubAccount, hub), HUB_KEY, Party(account1, player1), KEY1);
    }

    /// @dev Whatever the players make of it, the hub has what it had.
    function testFuzz_hub_isNeutral(uint256 has0) public {
        has0 = bound(has0, 0, 100);
        AppTerms memory t = terms();
        settleWithLocks(first, t);
        settleWithLocks(second, t);
        conclude(t, 9, has0);
        unlockBoth(first, t);
        unlockBoth(second, t);
        assertEq(hubAccount.balance, 1000 + 1000);
        assertEq(account0.balance, 1000 - 60 + has0);
        assertEq(account1.balance, 1000 - 40 + 100 - has0);
        assertEq(address(sluice).balance, 0);
    }

    /// @dev Nobody ever plays: all have what they had.
    function test_deadline_returnsTheStakes() public {
        AppTerms memory t = terms();
        settleWithLocks(first, t);
        settleWithLocks(second, t);
        vm.warp(APP_DEADLINE + 1);
        unlockBoth(second, t);
        unlockBoth(first, t);
        assertEq(hubAccount.balance, 1000 + 1000);
        assertEq(account0.balance, 1000);
        assertEq(account1.balance, 1000);
    }

    function test_unlock_waitsForTheOutcome() public {
        AppTerms memory t = terms();
        settleWithLocks(first, t);
        challenge(t, 5, 100);
        (Unlock memory item,) = lockOf(t, 1);
        uint8 lane = 1 - first.laneOfSide0;
        refuses(abi.encodeWithSelector(NotFinal.selector, address(resolver), resolver.idOf(t), 1));
        sluice.unlock(first.terms, lane, 40, item, PUSH);
    }

    function open(Party memory one, uint256 keyOne, Party memory other, uint256 keyOther)
        private
        returns (Hop memory hop)
    {
        bool inOrder = one.signer < other.signer;
        hop.keys = inOrder ? [keyOne, keyOther] : [keyOther, keyOne];
        hop.laneOfSide0 = inOrder ? 0 : 1;
        (Party memory a, Party memory b) = inOrder ? (one, other) : (other, one);
        hop.terms = ChannelTerms(a, b, address(0), WINDOW, 1);
        fund(hop.terms, 0, 1000);
        fund(hop.terms, 1, 1000);
    }

    function lockOf(AppTerms memory t, uint8 side) private view returns (Unlock memory item, bytes32 root) {
        bytes32 id = resolver.idOf(t);
        uint128 amount = side == 0 ? t.stake0.amount : t.stake1.amount;
        item = Unlock(0, amount, address(resolver), id, side, new bytes32[](0));
        root = Reference.leaf(0, amount, Reference.condition(address(resolver), id, side));
    }

    function settleWithLocks(Hop memory hop, AppTerms memory t) private {
        (, bytes32 root0) = lockOf(t, 0);
        (, bytes32 root1) = lockOf(t, 1);
        SignedLane memory of0 = voucherOf(hop, hop.laneOfSide0, 60, root0);
        SignedLane memory of1 = voucherOf(hop, 1 - hop.laneOfSide0, 40, root1);
        (SignedLane memory lane0, SignedLane memory lane1) = hop.laneOfSide0 == 0 ? (of0, of1) : (of1, of0);
        startCloseAs(hop.terms.b.signer, hop.terms, lane0);
        updateLaneAs(hop.terms.a.signer, hop.terms, lane1);
        skip(WINDOW);
        sluice.settle(
            hop.terms, LaneLocks(lane0.locked, lane0.locksRoot), LaneLocks(lane1.locked, lane1.locksRoot), PUSH
        );
    }

    function voucherOf(Hop memory hop, uint8 lane, uint128 locked, bytes32 root)
        private
        view
        returns (SignedLane memory)
    {
        bytes32 digest = Reference.laneVoucher(address(sluice), sluice.channelId(hop.terms), lane, 1, 0, locked, root);
        return SignedLane(lane, 1, 0, locked, root, sign(hop.keys[lane], digest), none());
    }

    function unlockBoth(Hop memory hop, AppTerms memory t) private {
        (Unlock memory item0,) = lockOf(t, 0);
        (Unlock memory item1,) = lockOf(t, 1);
        sluice.unlock(hop.terms, hop.laneOfSide0, 60, item0, PUSH);
        sluice.unlock(hop.terms, 1 - hop.laneOfSide0, 40, item1, PUSH);
    }
}
