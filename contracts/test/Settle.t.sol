// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelState, ChannelTerms, LaneLocks, SignedLane, Status } from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract SettleTest is Fixture {
    bytes32 private constant ROOT = keccak256("root");

    function test_paysBothAndKeepsPools() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        startCloseAs(signerB, t, lane(t, 0, 3, 30, 20, ROOT));
        updateLaneAs(signerA, t, lane(t, 1, 2, 5, 10, ROOT));
        skip(WINDOW);
        emits();
        emit Settled(id, 55 << 128 | 65, 20 << 128 | 10);
        sluice.settle(t, LaneLocks(20, ROOT), LaneLocks(10, ROOT), PUSH);
        assertEq(accountA.balance, 55);
        assertEq(accountB.balance, 65);
        ChannelState memory s = stateOf(id);
        assertEq(uint8(s.status), uint8(Status.Settled));
        assertEq(s.lane0.pool, 20);
        assertEq(s.lane1.pool, 10);
        assertEq(s.lane0.seq + s.lane0.paid + s.lane1.seq + s.lane1.paid, 0);
        assertEq(s.lane0.locksHash, keccak256(abi.encode(20, ROOT)));
        assertEq(s.lane1.locksHash, keccak256(abi.encode(10, ROOT)));
        assertEq(s.depositA, 0);
        assertEq(s.closesAt, 0);
    }

    function test_withoutVouchersEachGetsItsDeposit() public {
        (ChannelTerms memory t,) = funded(100, 50);
        settled(t, noVoucher(), noVoucher());
        assertEq(accountA.balance, 100);
        assertEq(accountB.balance, 50);
    }

    function test_paysTheLastUnit() public {
        (ChannelTerms memory t,) = funded(100, 50);
        settled(t, lane(t, 0, 1, 99), noVoucher());
        assertEq(accountA.balance, 1);
        assertEq(accountB.balance, 149);
    }

    function test_keepsNothingOfAVoucherWithoutLocks() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        settled(t, lane(t, 0, 3, 30), noVoucher());
        assertEq(stateOf(id).lane0.pool, 0);
        t.nonce = 2;
        fund(t, 0, 100);
        settled(t, noVoucher(), lane(t, 1, 3, 30));
        assertEq(stateOf(sluice.channelId(t)).lane1.pool, 0);
    }

    function test_anUnfundedChannelSettlesToNothing() public {
        ChannelTerms memory t = nativeTerms();
        settled(t, lane(t, 0, 1, 7), noVoucher());
        assertEq(uint8(stateOf(sluice.channelId(t)).status), uint8(Status.Settled));
    }

    function test_onlyAfterTheWindow() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        refuses(abi.encodeWithSelector(NotClosing.selector, id));
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        startCloseAs(signerB, t, noVoucher());
        uint64 end = uint64(block.timestamp + WINDOW);
        vm.warp(end - 1);
        refuses(abi.encodeWithSelector(WindowOpen.selector, id, end));
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        vm.warp(end);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        refuses(abi.encodeWithSelector(ChannelOver.selector, id));
        sluice.settle(t, noLocks(), noLocks(), PUSH);
    }

    function test_onlyAfterTheWindowHeldByLane1() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        startCloseAs(signerA, t, lane(t, 1, 1, 1));
        uint64 end = uint64(block.timestamp + WINDOW);
        refuses(abi.encodeWithSelector(WindowOpen.selector, id, end));
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        vm.warp(end);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        assertEq(accountA.balance, 101);
    }

    function test_refusesOtherLocks() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        startCloseAs(signerB, t, lane(t, 0, 3, 30, 20, ROOT));
        updateLaneAs(signerA, t, lane(t, 1, 2, 5, 10, ROOT));
        skip(WINDOW);
        refuses(abi.encodeWithSelector(LocksMismatch.selector, id, 0));
        sluice.settle(t, LaneLocks(19, ROOT), LaneLocks(10, ROOT), PUSH);
        refuses(abi.encodeWithSelector(LocksMismatch.selector, id, 0));
        sluice.settle(t, LaneLocks(20, keccak256("other")), LaneLocks(10, ROOT), PUSH);
        refuses(abi.encodeWithSelector(LocksMismatch.selector, id, 0));
        sluice.settle(t, noLocks(), LaneLocks(10, ROOT), PUSH);
        refuses(abi.encodeWithSelector(LocksMismatch.selector, id, 1));
        sluice.settle(t, LaneLocks(20, ROOT), LaneLocks(20, ROOT), PUSH);
    }

    function test_creditsByMask() public {
        (ChannelTerms memory t,) = funded(100, 50);
        startCloseAs(signerB, t, noVoucher());
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), 3);
        assertEq(sluice.creditOf(accountA, address(0)), 100);
        assertEq(sluice.creditOf(accountB, address(0)), 50);
    }

    function test_paysTokens() public {
        ChannelTerms memory t = tokenTerms();
        fund(t, 0, 100);
        settled(t, lane(t, 0, 1, 40), noVoucher());
        assertEq(token.balanceOf(accountA), 60);
        assertEq(token.balanceOf(accountB), 40);
    }

    struct Case {
        uint96 depositA;
        uint96 depositB;
        uint96 withdrawnA;
        uint96 withdrawnB;
        uint128 paid0;
        uint128 paid1;
        uint128 locked0;
        uint128 locked1;
    }

    /// @dev The rule of settlement in the words of the protocol, with room to spare.
    function expected(Case memory c) private pure returns (int256[4] memory out) {
        int256 pot = int256(uint256(c.depositA)) + int256(uint256(c.depositB)) - int256(uint256(c.withdrawnA))
            - int256(uint256(c.withdrawnB));
        int256 a = int256(uint256(c.depositA)) - int256(uint256(c.withdrawnA)) - int256(uint256(c.paid0))
            + int256(uint256(c.paid1));
        if (a < 0) a = 0;
        if (a > pot) a = pot;
        int256 b = pot - a;
        out[2] = int256(uint256(c.locked0)) < a ? int256(uint256(c.locked0)) : a;
        out[3] = int256(uint256(c.locked1)) < b ? int256(uint256(c.locked1)) : b;
        out[0] = a - out[2];
        out[1] = b - out[3];
    }

    function testFuzz_settlesAsTheReferenceDoes(Case memory c, uint256 shrink) public {
        // now and then all in one range, so that every branch is met
        if (shrink % 2 == 0) {
            c.paid0 = uint128(bound(c.paid0, 0, 2e28));
            c.paid1 = uint128(bound(c.paid1, 0, 2e28));
            c.locked0 = uint128(bound(c.locked0, 0, 2e28));
            c.locked1 = uint128(bound(c.locked1, 0, 2e28));
            c.depositA = uint96(bound(c.depositA, 0, 1e28));
            c.depositB = uint96(bound(c.depositB, 0, 1e28));
        }
        c.depositA = uint96(bound(c.depositA, 1, type(uint96).max));
        uint256 pot = uint256(c.depositA) + c.depositB;
        c.withdrawnA = uint96(bound(c.withdrawnA, 0, pot < type(uint96).max ? pot : type(uint96).max));
        pot -= c.withdrawnA;
        c.withdrawnB = uint96(bound(c.withdrawnB, 0, pot < type(uint96).max ? pot : type(uint96).max));
        (ChannelTerms memory t, bytes32 id) = funded(c.depositA, c.depositB);
        withdraw(t, id, 0, c.withdrawnA);
        withdraw(t, id, 1, c.withdrawnB);
        (uint256 beforeA, uint256 beforeB) = (accountA.balance, accountB.balance);
        settled(
            t,
            lane(t, 0, 1, c.paid0, c.locked0, c.locked0 == 0 ? bytes32(0) : ROOT),
            lane(t, 1, 1, c.paid1, c.locked1, c.locked1 == 0 ? bytes32(0) : ROOT)
        );
        int256[4] memory want = expected(c);
        assertEq(int256(accountA.balance - beforeA), want[0]);
        assertEq(int256(accountB.balance - beforeB), want[1]);
        assertEq(int256(uint256(stateOf(id).lane0.pool)), want[2]);
        assertEq(int256(uint256(stateOf(id).lane1.pool)), want[3]);
        assertEq(int256(address(sluice).balance), want[2] + want[3]);
    }

    function withdraw(ChannelTerms memory t, bytes32 id, uint8 party, uint128 total) private {
        if (total == 0) return;
        bytes32 digest = Reference.withdrawal(address(sluice), id, party, total, DEADLINE);
        sluice.withdraw(t, party, total, DEADLINE, sign(keyA, digest), sign(keyB, digest), PUSH);
    }

    // ---- what is left of a channel that is over ----

    /// @dev The five words of a channel, as they stand in storage.
    function words(bytes32 id) private view returns (uint256[6] memory found) {
        uint256 slot = uint256(keccak256(abi.encode(id, uint256(0))));
        for (uint256 i; i < 6; ++i) {
            found[i] = uint256(vm.load(address(sluice), bytes32(slot + i)));
        }
    }

    function test_onlyTheWordThatSaysThatItIsOverStays() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        withdraw(t, id, 0, 7);
        withdraw(t, id, 1, 5);
        settled(t, lane(t, 0, 3, 30), lane(t, 1, 2, 5));
        uint256[6] memory found = words(id);
        assertEq(found[0], type(uint256).max - 1);
        for (uint256 i = 1; i < 6; ++i) {
            assertEq(found[i], 0, vm.toString(i));
        }
        assertEq(accountA.balance, 7 + 100 - 7 - 30 + 5);
        assertEq(stateOf(id).withdrawnA + stateOf(id).withdrawnB, 0);
    }

    function test_locksForWhichNothingIsLeftAreForgotten() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 0);
        settled(t, lane(t, 0, 3, 100, 20, ROOT), noVoucher());
        uint256[6] memory found = words(id);
        for (uint256 i = 1; i < 6; ++i) {
            assertEq(found[i], 0, vm.toString(i));
        }
    }
}
