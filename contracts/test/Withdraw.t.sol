// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, CompactSignature } from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract WithdrawTest is Fixture {
    ChannelTerms private t;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        t = nativeTerms();
        fund(t, 0, 100);
        fund(t, 1, 50);
        id = sluice.channelId(t);
    }

    function withdraw(uint8 party, uint128 total, uint64 deadline, uint8 asCredit) private {
        bytes32 digest = Reference.withdrawal(address(sluice), id, party, total, deadline);
        sluice.withdraw(t, party, total, deadline, sign(keyA, digest), sign(keyB, digest), asCredit);
    }

    function test_paysTheNewPart() public {
        emits();
        emit Withdrawn(id, 30, 30);
        withdraw(0, 30, DEADLINE, PUSH);
        emits();
        emit Withdrawn(id, 40, 10);
        withdraw(0, 40, DEADLINE, PUSH);
        emits();
        emit Withdrawn(id, 1 << 128 | 7, 7);
        withdraw(1, 7, DEADLINE, PUSH);
        assertEq(accountA.balance, 40);
        assertEq(accountB.balance, 7);
        assertEq(stateOf(id).withdrawnA, 40);
        assertEq(stateOf(id).withdrawnB, 7);
        assertEq(stateOf(id).depositA, 100);
    }

    function test_incomeCanBeWithdrawnToo() public {
        withdraw(1, 150, DEADLINE, PUSH);
        assertEq(accountB.balance, 150);
        assertEq(address(sluice).balance, 0);
    }

    function test_refusesMoreThanThePot() public {
        withdraw(0, 30, DEADLINE, PUSH);
        bytes32 digest = Reference.withdrawal(address(sluice), id, 1, 121, DEADLINE);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        refuses(abi.encodeWithSelector(PotTooSmall.selector, id, 120, 121));
        sluice.withdraw(t, 1, 121, DEADLINE, a, b, PUSH);
        withdraw(1, 120, DEADLINE, PUSH);
    }

    function test_refusesASecondTime() public {
        bytes32 digest = Reference.withdrawal(address(sluice), id, 0, 30, DEADLINE);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        sluice.withdraw(t, 0, 30, DEADLINE, a, b, PUSH);
        refuses(abi.encodeWithSelector(NothingNew.selector, id, 30, 30));
        sluice.withdraw(t, 0, 30, DEADLINE, a, b, PUSH);
        digest = Reference.withdrawal(address(sluice), id, 0, 29, DEADLINE);
        (a, b) = (sign(keyA, digest), sign(keyB, digest));
        refuses(abi.encodeWithSelector(NothingNew.selector, id, 30, 29));
        sluice.withdraw(t, 0, 29, DEADLINE, a, b, PUSH);
    }

    function test_lastSecondOfTheDeadline() public {
        vm.warp(DEADLINE);
        withdraw(0, 1, DEADLINE, PUSH);
        bytes32 digest = Reference.withdrawal(address(sluice), id, 0, 2, DEADLINE);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        vm.warp(DEADLINE + 1);
        refuses(abi.encodeWithSelector(DeadlinePassed.selector, DEADLINE, DEADLINE + 1));
        sluice.withdraw(t, 0, 2, DEADLINE, a, b, PUSH);
    }

    function test_needsBothSignatures() public {
        bytes32 digest = Reference.withdrawal(address(sluice), id, 0, 30, DEADLINE);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerA));
        sluice.withdraw(t, 0, 30, DEADLINE, b, b, PUSH);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerB));
        sluice.withdraw(t, 0, 30, DEADLINE, a, a, PUSH);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerB));
        sluice.withdraw(t, 0, 30, DEADLINE, a, none(), PUSH);
    }

    function test_theSenderNeedsNoSignature() public {
        bytes32 digest = Reference.withdrawal(address(sluice), id, 0, 30, DEADLINE);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerB));
        vm.prank(signerA);
        sluice.withdraw(t, 0, 30, DEADLINE, a, none(), PUSH);
        vm.prank(signerA);
        sluice.withdraw(t, 0, 30, DEADLINE, none(), b, PUSH);
        assertEq(accountA.balance, 30);
    }

    function test_refusesPartyAboveOne() public {
        refuses(abi.encodeWithSelector(WrongParty.selector, 2));
        sluice.withdraw(t, 2, 1, DEADLINE, none(), none(), PUSH);
    }

    function test_worksWhileClosing() public {
        startCloseAs(signerA, t, noVoucher());
        withdraw(0, 30, DEADLINE, PUSH);
        assertEq(accountA.balance, 30);
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        assertEq(accountA.balance, 100);
        assertEq(accountB.balance, 50);
    }

    function test_refusesSettledChannel() public {
        settled(t, noVoucher(), noVoucher());
        bytes32 digest = Reference.withdrawal(address(sluice), id, 0, 1, 9e9);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        refuses(abi.encodeWithSelector(ChannelOver.selector, id));
        sluice.withdraw(t, 0, 1, 9e9, a, b, PUSH);
    }

    function test_creditOnDemandOfTheWithdrawer() public {
        withdraw(0, 30, DEADLINE, 1);
        withdraw(1, 20, DEADLINE, 1);
        assertEq(accountA.balance, 0);
        assertEq(sluice.creditOf(accountA, address(0)), 30);
        assertEq(accountB.balance, 20);
        withdraw(1, 25, DEADLINE, 2);
        assertEq(sluice.creditOf(accountB, address(0)), 5);
    }

    function test_aDigestOfAnotherChannelIsRefused() public {
        ChannelTerms memory other = t;
        other.nonce = 99;
        bytes32 digest = Reference.withdrawal(address(sluice), id, 0, 30, DEADLINE);
        bytes32 otherDigest = Reference.withdrawal(address(sluice), sluice.channelId(other), 0, 30, DEADLINE);
        (CompactSignature memory a, CompactSignature memory b) = (sign(keyA, digest), sign(keyB, digest));
        fund(other, 0, 100);
        refuses(abi.encodeWithSelector(BadSignature.selector, otherDigest, signerA));
        sluice.withdraw(other, 0, 30, DEADLINE, a, b, PUSH);
    }
}
