// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {
    ChannelTerms,
    CompactSignature,
    GroupRedemption,
    Redemption,
    SignedCloseRequest,
    SignedVoucher,
    Subtree,
    SubtreeSlot,
    VirtualGroup,
    VirtualTerms
} from "../src/interfaces/SluiceTypes.sol";
import { Token } from "./mocks/Token.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

/// @notice Nothing is written down under an id whose nonce names a minute that is more than a day ahead: whoever agrees to ids need
/// not remember what the chain said longer than a day before their minute.
contract NonceMinuteTest is Fixture {
    uint64 private nearest;
    uint64 private ahead;

    function setUp() public override {
        super.setUp();
        // the last minute that is at most a day ahead, and the next one
        uint64 minute = uint64((block.timestamp + 1 days) / 60);
        nearest = minute << 32 | type(uint32).max;
        ahead = (minute + 1) << 32;
        vm.deal(address(this), 10);
    }

    function tooEarly(uint64 nonce) private {
        refuses(abi.encodeWithSelector(NonceAhead.selector, uint256(nonce), block.timestamp));
    }

    /// @dev When the minute of `ahead` has come to be a day away.
    function waitForIt() private {
        vm.warp(uint256(ahead >> 32) * 60 - 1 days);
    }

    function skippedAhead(bytes32 id, uint256 position) private {
        emits();
        emit Skipped(id, position, NonceAhead.selector);
    }

    function assertUntouched(bytes32 virtualId) private view {
        (uint128 amount, uint64 finalAt) = sluice.virtualState(virtualId);
        assertEq(amount, 0);
        assertEq(finalAt, 0);
    }

    function assertStarted(bytes32 virtualId) private view {
        (, uint64 finalAt) = sluice.virtualState(virtualId);
        assertEq(finalAt, block.timestamp + VIRTUAL_WINDOW);
    }

    // ---- channels ----

    function test_noDepositIntoAChannelOfTomorrow() public {
        ChannelTerms memory t = nativeTerms();
        t.nonce = ahead;
        tooEarly(ahead);
        sluice.depositWithValue{ value: 1 }(t, 0);
        waitForIt();
        sluice.depositWithValue{ value: 1 }(t, 0);
        assertEq(stateOf(sluice.channelId(t)).depositA, 1);
    }

    function test_noTokenIntoAChannelOfTomorrow() public {
        ChannelTerms memory t = tokenTerms();
        t.nonce = ahead;
        Token(t.token).mint(address(this), 1);
        Token(t.token).approve(address(sluice), 1);
        tooEarly(ahead);
        sluice.depositWithAllowance(t, 0, 1);
        t.nonce = nearest;
        sluice.depositWithAllowance(t, 0, 1);
    }

    function test_aMinuteADayAheadIsNotTooEarly() public {
        ChannelTerms memory t = nativeTerms();
        t.nonce = nearest;
        fund(t, 0, 5);
        startCloseAs(signerA, t, noVoucher());
        VirtualTerms memory v = virtualTerms(100);
        v.nonce = nearest;
        vm.prank(payee);
        sluice.closeVirtual(v);
        assertStarted(sluice.virtualId(v));
    }

    function test_noCloseOfAChannelOfTomorrow() public {
        ChannelTerms memory t = nativeTerms();
        t.nonce = ahead;
        bytes32 id = sluice.channelId(t);
        tooEarly(ahead);
        startCloseAs(signerA, t, noVoucher());
        SignedCloseRequest memory asked = request(signerA, keyA, id);
        tooEarly(ahead);
        sluice.startCloseFor(t, noVoucher(), asked);
        assertEq(stateOf(id).closesAt, 0);
    }

    function test_noEndOfAChannelOfTomorrowTogether() public {
        ChannelTerms memory t = nativeTerms();
        t.nonce = ahead;
        bytes32 id = sluice.channelId(t);
        bytes32 digest = Reference.close(address(sluice), id, 0, 0, DEADLINE);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        tooEarly(ahead);
        sluice.close(t, 0, 0, DEADLINE, a, b, PUSH);
        digest = Reference.withdrawal(address(sluice), id, 0, 1, DEADLINE);
        (a, b) = (sign(keyA, digest), sign(keyB, digest));
        tooEarly(ahead);
        sluice.withdraw(t, 0, 1, DEADLINE, a, b, PUSH);
    }

    // ---- virtual channels ----

    function test_noWindowOfAVirtualChannelOfTomorrow() public {
        VirtualTerms memory v = virtualTerms(100);
        v.nonce = ahead;
        bytes32 id = sluice.virtualId(v);
        tooEarly(ahead);
        vm.prank(payee);
        sluice.closeVirtual(v);
        SignedCloseRequest memory asked = request(payee, keyPayee, id);
        tooEarly(ahead);
        sluice.closeVirtualFor(v, asked);
        SignedVoucher memory highest = voucher(v, 40);
        tooEarly(ahead);
        vm.prank(payee);
        sluice.redeem(v, highest);
        waitForIt();
        vm.prank(payee);
        sluice.redeem(v, highest);
        assertStarted(id);
    }

    function test_batchesOfWindowsSkipIt() public {
        VirtualTerms[] memory items = new VirtualTerms[](2);
        (items[0], items[1]) = (virtualTerms(100), virtualTerms(100));
        (items[0].nonce, items[1].nonce) = (ahead, nearest);
        (bytes32 early, bytes32 timely) = (sluice.virtualId(items[0]), sluice.virtualId(items[1]));
        uint256 before = vm.snapshotState();
        skippedAhead(early, 0);
        vm.prank(payee);
        sluice.closeVirtuals(items);
        assertUntouched(early);
        assertStarted(timely);
        vm.revertToState(before);
        bytes32[] memory ids = new bytes32[](2);
        (ids[0], ids[1]) = (early, timely);
        bytes32 digest = Reference.closeRequest(address(sluice), ids, DEADLINE);
        skippedAhead(early, 0);
        sluice.closeVirtualsFor(items, SignedCloseRequest(payee, DEADLINE, signBytes(keyPayee, digest)));
        assertUntouched(early);
        assertStarted(timely);
    }

    /// @dev A lock names its virtual channel by the id alone, but who starts a window by it shows the terms.
    function test_aLockStartsNoWindowOfTomorrow() public {
        VirtualTerms[] memory items = new VirtualTerms[](1);
        items[0] = virtualTerms(100);
        (ChannelTerms memory t, Subtree memory part) = settledWithLockFor(items[0], ahead + (uint64(WINDOW) / 60 << 32));
        bytes32 id = sluice.virtualId(items[0]);
        skippedAhead(id, 0);
        sluice.closeVirtualsByLocks(items, t, 0, 100, part);
        assertUntouched(id);
        skip(1 hours);
        sluice.closeVirtualsByLocks(items, t, 0, 100, part);
        assertStarted(id);
    }

    /// @dev Paying locks out writes nothing down about their virtual channels, and does nothing before these are over.
    function test_noLockOfTomorrowIsPaidOut() public {
        VirtualTerms memory v = virtualTerms(100);
        (ChannelTerms memory t, Subtree memory part) = settledWithLockFor(v, ahead + (uint64(WINDOW) / 60 << 32));
        bytes32 id = sluice.virtualId(v);
        emits();
        emit Skipped(sluice.channelId(t), 0, NotFinal.selector);
        sluice.unlockSubtree(t, 0, 100, part, PUSH);
        (bool isFinal,) = sluice.payout(id, 0);
        assertFalse(isFinal);
        assertUntouched(id);
    }

    function settledWithLockFor(VirtualTerms memory v, uint64 nonce)
        private
        returns (ChannelTerms memory t, Subtree memory part)
    {
        v.nonce = nonce;
        bytes32 id = sluice.virtualId(v);
        (t,) = funded(5, 5);
        settled(t, lane(t, 0, 1, 0, 100, virtualLeaf(0, 100, id)), noVoucher());
        part.slots = new SubtreeSlot[](1);
        part.slots[0] = SubtreeSlot(100, id);
    }

    function test_batchesOfRedemptionsSkipIt() public {
        Redemption[] memory items = new Redemption[](2);
        for (uint256 i; i < 2; ++i) {
            VirtualTerms memory v = virtualTerms(100);
            v.nonce = i == 0 ? ahead : nearest;
            items[i] = Redemption(v, voucher(v, 40));
        }
        skippedAhead(sluice.virtualId(items[0].terms), 0);
        vm.prank(payee);
        sluice.redeemBatch(items);
        assertUntouched(sluice.virtualId(items[0].terms));
        assertStarted(sluice.virtualId(items[1].terms));
    }

    function test_groupsSkipIt() public {
        VirtualTerms memory v = virtualTerms(100);
        GroupRedemption[] memory items = new GroupRedemption[](3);
        bytes32[] memory ids = new bytes32[](3);
        for (uint256 i; i < 3; ++i) {
            v.nonce = i == 1 ? ahead : nearest - uint64(i);
            ids[i] = sluice.virtualId(v);
            items[i] = GroupRedemption(
                bytes32(uint256(uint160(v.path[0])) << 96 | v.nonce),
                uint256(v.capacity) << 128 | 40,
                voucher(v, 40).signature
            );
        }
        address[] memory others = new address[](2);
        (others[0], others[1]) = (v.path[1], v.path[2]);
        skippedAhead(ids[1], 1);
        vm.prank(payee);
        sluice.redeemGroup(VirtualGroup(others, v.token, v.disputeWindow), items);
        assertStarted(ids[0]);
        assertUntouched(ids[1]);
        assertStarted(ids[2]);
    }

    /// @dev More bits than a nonce has are a minute that never comes.
    function test_aNonceWithDirtyUpperBitsIsNeverDue() public {
        VirtualTerms memory v = virtualTerms(100);
        bytes memory input = abi.encodeCall(sluice.closeVirtual, (v));
        // behind the selector: where the terms stand, then path, token, capacity, window and nonce
        uint256 word = 4 + 32 + 4 * 32;
        input[word] = 0x01;
        vm.prank(payee);
        (bool ok, bytes memory answer) = address(sluice).call(input);
        assertFalse(ok);
        uint256 nonce = 1 << 248 | uint256(v.nonce);
        assertEq(answer, abi.encodeWithSelector(NonceAhead.selector, nonce, block.timestamp));
    }

    // ---- what holds for any minute ----

    function testFuzz_isAheadByMoreThanADay(uint64 nonce, uint32 time) public {
        vm.warp(time);
        VirtualTerms memory v = virtualTerms(100);
        v.nonce = nonce;
        bool isEarly = uint256(nonce >> 32) * 60 > uint256(time) + 86_400;
        if (isEarly) tooEarly(nonce);
        vm.prank(payee);
        sluice.closeVirtual(v);
    }
}
